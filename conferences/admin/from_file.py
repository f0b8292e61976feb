"""What the upload and the form of photos take from the files: values for empty fields, and what editors are told of them."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferences.models import Photo
from ctportal.core.instants import today

READ_FROM_FILE = {
    "caption": gettext_lazy("caption"),
    "credit": gettext_lazy("credit"),
    "rights": gettext_lazy("rights"),
    "taken_on": gettext_lazy("date"),
    "place": gettext_lazy("place"),
}


def fill_in(typed, found, time_zone):
    """Return ({field of Photo: value}, names of the fields that were read from the file, [what editors are told of them]).

    *typed* are the values in the form: those that are empty are filled from *found*, a PhotoMetadata. *time_zone* is that of
    the conference.
    """
    read = [name for name in READ_FROM_FILE if found[name] and not typed[name]]
    values, notes = typed | {name: found[name] for name in read}, []
    if "taken_on" in read and values["taken_on"] > today(timezone.now(), time_zone):
        text = _("The date in the file, %(date)s, is in the future and was left out: check the clock of the camera.")
        notes.append(text % {"date": values["taken_on"].isoformat()})
        values["taken_on"] = None
        read.remove("taken_on")
    for name in read:
        limit = Photo._meta.get_field(name).max_length
        if limit and len(values[name]) > limit:
            values[name] = values[name][: limit - 1] + "…"
            text = _("Too long and cut at %(limit)d characters: %(field)s. Check how it ends.")
            notes.append(text % {"limit": limit, "field": READ_FROM_FILE[name]})
    if "place" in read:
        notes.append(
            _("The file names the place: %(place)s. Check that it may be public.") % {"place": values["place"]}
        )
    return values, read, notes


def in_words(read):
    """Return the names of the fields *read*, separated by commas."""
    return ", ".join(str(READ_FROM_FILE[name]) for name in read)
