"""Labels for the codes in editions, in the active language."""

from typing import Any

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext

from ctportal.core.codes import FIGURES_WITHOUT_NUMBER, LANGUAGE_NAMES, MEASURE_WORDS

from .text import LocalizedText, is_partial


def language_name(code: str) -> str:
    """Return the name of the language *code* in the active language."""
    return str(LANGUAGE_NAMES[code])


def label(choices: type[TextChoices], code: str) -> str:
    """Return the label of *code* in *choices*, with a capital letter; the code itself if it is not one of them."""
    return capfirst(str(choices(code).label)) if code in choices else code


def language_notice(title: LocalizedText, data: dict[str, Any], language: str, sentence: str) -> dict[str, Any] | None:
    """Return the banner for a record that is not or only partly available in the reader's *language*, None if it is complete.

    *title* and *data* are its title and its public JSON. *sentence* is for a record that is not available; it has the
    placeholders ``language`` and ``shown``, the language that is shown instead.
    """
    if language in data["languages"]:
        return None
    shown = title.language
    if not title.foreign:
        if not is_partial(data, language):
            return None
        sentence = gettext(
            "Some texts of this page are not yet available in %(language)s. They are shown in %(shown)s."
        )
        shown = data["original_language"]
    names = {"language": LANGUAGE_NAMES[language], "shown": LANGUAGE_NAMES[shown]}
    lines = [sentence % names]
    if language in data.get("languages_in_preparation", ()):
        lines.append(gettext("A version in %(language)s is in preparation.") % names)
    return {"lines": lines}


def measure(code: str, count: int) -> str:
    """Return the noun for the measure *code*, in the form that follows the number *count*, in the active language."""
    return MEASURE_WORDS[code] % count if code in MEASURE_WORDS else code


def figure_without_number(qualifier: str, measure: str) -> str:
    """Return a figure for which the source gives no number, in the active language: "several regional organizations"."""
    return str(FIGURES_WITHOUT_NUMBER[qualifier][measure])


def number_in_series(number: int) -> str:
    """Return the number of a conference in its series, in the active language: "No. 3"."""
    return gettext("No. %(number)d") % {"number": number}
