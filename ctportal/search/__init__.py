"""The full-text search in six languages: how texts and searches are analysed."""
