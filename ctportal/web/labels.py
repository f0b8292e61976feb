"""What pages call the codes that stand in editions, in the active language."""

from typing import Any

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext

from ctportal.core.codes import LANGUAGE_NAMES, MEASURE_WORDS

from .text import LocalizedText


def language_name(code: str) -> str:
    """Return what the active language calls the language *code*."""
    return str(LANGUAGE_NAMES[code])


def label(choices: type[TextChoices], code: str) -> str:
    """Return what *code*, one of *choices*, is called, with a capital letter; the code itself where it is none of them."""
    return capfirst(str(choices(code).label)) if code in choices else code


def foreign_notice(title: LocalizedText, language: str, sentence: str) -> dict[str, Any] | None:
    """Return the banner that says by *sentence* that the record with this *title* is not in the reader's *language*, None where
    it is."""
    if not title.foreign:
        return None
    return {"lines": [sentence % {"language": LANGUAGE_NAMES[language], "shown": LANGUAGE_NAMES[title.language]}]}


def measure(code: str, count: int) -> str:
    """Return what the measure *code* counts, as it stands beside the number *count*, in the active language."""
    return MEASURE_WORDS[code] % count if code in MEASURE_WORDS else code


def number_in_series(number: int) -> str:
    """Return the number of a conference in its series, in the active language: "No. 3"."""
    return gettext("No. %(number)d") % {"number": number}
