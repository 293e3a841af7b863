"""One folder per group of endpoints: one Lambda, one application."""
