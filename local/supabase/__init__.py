"""A local Supabase: PostgreSQL, PostgREST, Auth and the CLI."""
