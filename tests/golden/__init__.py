"""``make golden`` and ``make golden-diff``: record the responses of the portal, and compare them later.

The portal is used from outside, by management commands and literal addresses, with its own database and files. Clocks stand
still and random values are numbered (``portal``), so two recordings of one commit are identical.
"""
