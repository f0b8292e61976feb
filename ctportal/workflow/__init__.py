"""Roles, review, release of a dossier, history of drafts, redaction, sealing and the audit trail."""
