"""What more than one function needs, one noun per file."""
