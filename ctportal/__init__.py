"""The project package of the portal."""
