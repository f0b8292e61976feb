"""The admin of conferences, photos and the vocabulary."""

from . import admins  # noqa: F401 (registers them)
