"""The public side's queries and filters, and the one cache."""
