"""Types and shapes that several groups of endpoints share."""
