"""Sessions and forms of browsers."""
