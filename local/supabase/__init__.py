"""A local Supabase: PostgreSQL, PostgREST, Auth and its CLI."""
