"""What the collections of the API share."""
