"""What the functions use of AWS."""
