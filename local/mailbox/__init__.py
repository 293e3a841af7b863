"""A mail server for this machine. It delivers nothing; a page shows each mail."""
