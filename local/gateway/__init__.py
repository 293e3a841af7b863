"""The local gateway in front of Supabase and of the API."""
