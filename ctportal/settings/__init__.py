"""Settings: base, and what differs."""
