"""Storage of the static files in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Fingerprint each file and compress it with gzip alone: Brotli would take a minute for what browsers load once."""

    def create_compressor(self, **options):
        return super().create_compressor(use_brotli=False, **options)
