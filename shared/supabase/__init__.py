"""Supabase Auth and the Data API over HTTP."""
