"""The admin of conferences, photos and the vocabulary. It may use the documents' models; nothing of theirs uses it."""

from . import conference, photo, session, vocabulary  # noqa: F401 (registers them)
