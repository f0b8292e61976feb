"""``make golden`` and ``make golden-diff``: what the portal answers, kept outside the repository, and what has changed since.

The portal is driven from outside: management commands, a database and files of its own, and literal addresses. Clocks stand
still and random values are counted (``portal``), so that two recordings of one commit are the same to the byte.
"""
