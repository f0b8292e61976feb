"""The rich text editor in the admin: its content security policy, and what is pasted into it (``paste.js``)."""

from csp.constants import NONCE
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django_prose_editor.fields import ProseEditorFormField
from js_asset import Media

from ctportal.core.pasted_html import tidy

# The editor needs a nonce, and the hash of the one inline style that django-prose-editor 0.28.0 adds to the page. The
# browser tests fail if an upgrade changes it.
EDITOR_POLICY = {"script-src": [NONCE], "style-src": ["'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"]}


def with_nonce(request, media):
    """Return *media* with the nonce of *request* on the editor's import map."""
    return Media.from_media(media, nonce=str(request.csp_nonce))


def pasted(request: HttpRequest) -> JsonResponse:
    """Return the posted "html" as the editor takes it, and a message that names the pictures it cannot keep."""
    found = tidy(request.POST.get("html", ""))
    return JsonResponse({"html": found.html, "message": about_pictures(found.pictures)})


def left_out_of(form) -> str:
    """Return the message about the pictures in the posted texts of *form*, "" where there are none."""
    names = [form.add_prefix(name) for name, field in form.fields.items() if isinstance(field, ProseEditorFormField)]
    texts = [text for text in map(form.data.get, names) if text and "<img" in text.lower()]
    return about_pictures([picture for text in texts for picture in tidy(text).pictures])


def about_pictures(names) -> str:
    if not names:
        return ""
    text = _("A text cannot hold pictures; these were left out: %(names)s. Upload them as photos of the conference.")
    return text % {"names": ", ".join(name or _("a picture without a name") for name in names)}
