"""Processes of a local stack: started, watched, stopped."""
