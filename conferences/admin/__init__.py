"""The admin of conferences, photos and the vocabulary. It may import the models of documents, but not vice versa."""

from . import conference, photo, session, vocabulary  # noqa: F401 (registers them)
