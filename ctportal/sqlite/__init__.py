"""Django's database backend for SQLite, in which writers wait in line."""
