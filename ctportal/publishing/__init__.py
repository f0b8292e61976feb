"""Editions: how a working record becomes one, and everything that makes, ends or brings one back."""
