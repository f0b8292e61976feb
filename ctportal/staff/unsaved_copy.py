"""The unsaved copy that the browser keeps of a form until it is saved (``unsaved-copy.js``).

Every edited form is posted with a token, ``kept``. The success message repeats it, and the page that shows the message
deletes the copy with that token only: the success of another form or tab does not delete this one.
"""

import re

from django.contrib import messages

TOKEN = re.compile(r"[0-9a-z]{1,40}")


class SaysWhatIsSaved:
    """Mixin of admins: success messages carry the token of the form that was saved."""

    def message_user(self, request, message, level=messages.INFO, extra_tags="", fail_silently=False):
        token = request.POST.get("kept", "")
        if level == messages.SUCCESS and TOKEN.fullmatch(token):
            extra_tags = f"{extra_tags} kept-{token}".lstrip()
        super().message_user(request, message, level, extra_tags, fail_silently)
