"""The public side's reading: the instant of a request, and the one cache of whole answers."""
