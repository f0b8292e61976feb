"""Uploaded files: inspected, cleaned, made into renditions, stored and served."""
