"""Editions: how working records become editions, and the services that create, end and restore them."""
