"""Uploaded files: checking, cleaning, renditions, storage and serving."""
