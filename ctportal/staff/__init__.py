"""The admin's bases and pages, the preview and share links."""
