"""Queries and filters of the public side, and the portal's only cache."""
