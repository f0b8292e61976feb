"""Accounts of staff: signing in, its limits, the second factor, invitations and new passwords, the end of a session."""
