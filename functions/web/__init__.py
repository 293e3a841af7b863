"""The web interface: pages for people (spec: Frontend Routes, Web Interface)."""
