"""What the rich text editor needs beyond the strict content security policy of the admin."""

from csp.constants import NONCE
from js_asset import Media

# What the rich text editor needs beyond the strict policy: a nonce, and the one style that django-prose-editor 0.28.0 puts
# into the page; the browser tests fail where an upgrade changes it.
EDITOR_POLICY = {"script-src": [NONCE], "style-src": ["'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"]}


def with_nonce(request, media):
    """Return *media* with the nonce of *request* on the editor's import map."""
    return Media.from_media(media, nonce=str(request.csp_nonce))
