"""The exceptions that the rich text editor needs from the admin's content security policy."""

from csp.constants import NONCE
from js_asset import Media

# The editor needs a nonce, and the hash of the one inline style that django-prose-editor 0.28.0 adds to the page. The
# browser tests fail if an upgrade changes it.
EDITOR_POLICY = {"script-src": [NONCE], "style-src": ["'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"]}


def with_nonce(request, media):
    """Return *media* with the nonce of *request* on the editor's import map."""
    return Media.from_media(media, nonce=str(request.csp_nonce))
