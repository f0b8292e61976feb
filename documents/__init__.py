"""Documents and their language versions."""
