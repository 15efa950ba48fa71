"""How the world asks: the HTTP API."""
