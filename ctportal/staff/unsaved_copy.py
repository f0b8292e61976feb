"""What the browser keeps of a form until it is saved (``unsaved-copy.js``): the success says of which form it is one.

Each form that was typed in is sent with a token, ``kept``. The message of its success carries it, and the page that shows
the message forgets the text kept under that token and no other: a success that is of another form, or of another tab, says
nothing about this one.
"""

import re

from django.contrib import messages

TOKEN = re.compile(r"[0-9a-z]{1,40}")


class SaysWhatIsSaved:
    """Mixin of admins: their successes name the form that they answer."""

    def message_user(self, request, message, level=messages.INFO, extra_tags="", fail_silently=False):
        token = request.POST.get("kept", "")
        if level == messages.SUCCESS and TOKEN.fullmatch(token):
            extra_tags = f"{extra_tags} kept-{token}".lstrip()
        super().message_user(request, message, level, extra_tags, fail_silently)
