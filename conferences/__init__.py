"""Conferences, their photos, and the vocabulary: series, themes, organizations, people."""
