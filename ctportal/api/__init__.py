"""Code shared by the collections of the API."""
