"""Code shared by all public pages."""
