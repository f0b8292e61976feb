"""Countries (ISO 3166-1) and the regions they lie in (United Nations M49), named in the six languages.

Names are those of CLDR in Babel, except the few in ``_OWN_NAMES``. Regions are identified by slugs made from their M49
names, since they appear in addresses (``?region=central-asia``).
"""

import unicodedata
from functools import cache
from typing import NamedTuple

from babel import Locale

from ctportal.core.languages import LOCALES

# English names come from CLDR's "en" ("St. Lucia"), not from "en_GB" ("St Lucia").
_LOCALES = LOCALES | {"en": "en"}


class _Region(NamedTuple):
    """*code* is the M49 code, *parent* the slug of the region that contains it, *countries* those in no narrower region."""

    code: str
    parent: str | None
    countries: str = ""


# Regions by slug, in the order of menus, wide before narrow, with the ISO 3166-1 codes of their countries. M49 assigns
# Antarctica (AQ) to no region and does not list TW.
_REGIONS = {
    "africa": _Region("002", None),
    "northern-africa": _Region("015", "africa", "DZ EG EH LY MA SD TN"),
    "sub-saharan-africa": _Region("202", "africa"),
    "eastern-africa": _Region(
        "014", "sub-saharan-africa", "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW"
    ),
    "middle-africa": _Region("017", "sub-saharan-africa", "AO CD CF CG CM GA GQ ST TD"),
    "southern-africa": _Region("018", "sub-saharan-africa", "BW LS NA SZ ZA"),
    "western-africa": _Region("011", "sub-saharan-africa", "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG"),
    "americas": _Region("019", None),
    "northern-america": _Region("021", "americas", "BM CA GL PM US"),
    "latin-america-and-the-caribbean": _Region("419", "americas"),
    "caribbean": _Region(
        "029",
        "latin-america-and-the-caribbean",
        "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    ),
    "central-america": _Region("013", "latin-america-and-the-caribbean", "BZ CR GT HN MX NI PA SV"),
    "south-america": _Region(
        "005", "latin-america-and-the-caribbean", "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"
    ),
    "asia": _Region("142", None),
    "central-asia": _Region("143", "asia", "KG KZ TJ TM UZ"),
    "eastern-asia": _Region("030", "asia", "CN HK JP KP KR MN MO"),
    "south-eastern-asia": _Region("035", "asia", "BN ID KH LA MM MY PH SG TH TL VN"),
    "southern-asia": _Region("034", "asia", "AF BD BT IN IR LK MV NP PK"),
    "western-asia": _Region("145", "asia", "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE"),
    "europe": _Region("150", None),
    "eastern-europe": _Region("151", "europe", "BG BY CZ HU MD PL RO RU SK UA"),
    "northern-europe": _Region("154", "europe", "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"),
    "southern-europe": _Region("039", "europe", "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA"),
    "western-europe": _Region("155", "europe", "AT BE CH DE FR LI LU MC NL"),
    "oceania": _Region("009", None),
    "australia-and-new-zealand": _Region("053", "oceania", "AU CC CX HM NF NZ"),
    "melanesia": _Region("054", "oceania", "FJ NC PG SB VU"),
    "micronesia": _Region("057", "oceania", "FM GU KI MH MP NR PW UM"),
    "polynesia": _Region("061", "oceania", "AS CK NU PF PN TK TO TV WF WS"),
}
REGIONS = tuple(_REGIONS)
WITHOUT_REGION = frozenset({"AQ", "TW"})

_REGION_OF = {code: slug for slug, region in _REGIONS.items() for code in region.countries.split()}
COUNTRY_CODES = tuple(sorted({*_REGION_OF, *WITHOUT_REGION}))

# Names of M49 that differ from those of CLDR in meaning, not only in length.
_OWN_NAMES = {
    "PS": {
        "ar": "دولة فلسطين",
        "zh": "巴勒斯坦国",
        "en": "State of Palestine",
        "fr": "État de Palestine",
        "ru": "Государство Палестина",
        "es": "Estado de Palestina",
    },
    "053": {
        "ar": "أستراليا ونيوزيلندا",
        "zh": "澳大利亚和新西兰",
        "en": "Australia and New Zealand",
        "fr": "Australie et Nouvelle-Zélande",
        "ru": "Австралия и Новая Зеландия",
        "es": "Australia y Nueva Zelandia",
    },
    "419": {
        "ar": "أمريكا اللاتينية ومنطقة البحر الكاريبي",
        "zh": "拉丁美洲和加勒比",
        "en": "Latin America and the Caribbean",
        "fr": "Amérique latine et Caraïbes",
        "ru": "Латинская Америка и Карибский бассейн",
        "es": "América Latina y el Caribe",
    },
}


@cache
def _names(language: str) -> dict[str, str]:
    """Return {ISO 3166-1 or M49 code: name in *language*}. Cached for the process."""
    territories = Locale.parse(_LOCALES[language]).territories
    codes = [*COUNTRY_CODES, *(region.code for region in _REGIONS.values())]
    return {code: _OWN_NAMES[code][language] if code in _OWN_NAMES else territories[code] for code in codes}


def country_name(code: str, language: str) -> str:
    """Return the name of the country *code* (ISO 3166-1) in *language*, or "" where *code* is empty."""
    return _names(language)[code] if code else ""


def region_name(slug: str, language: str) -> str:
    """Return the name of the region *slug* in *language*."""
    return _names(language)[_REGIONS[slug].code]


@cache
def regions_of(code: str) -> tuple[str, ...]:
    """Return the slugs of the regions that contain the country *code*, from wide to narrow.

    Returns () for an empty code and for those in ``WITHOUT_REGION``.
    """
    if not code or code in WITHOUT_REGION:
        return ()
    slugs = [_REGION_OF[code]]
    while parent := _REGIONS[slugs[0]].parent:
        slugs.insert(0, parent)
    return tuple(slugs)


def _sort_key(name: str) -> bytes:
    """Return *name* without accents, so that Åland, Côte d’Ivoire and Türkiye sort under A, C and T."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").lower()


# (code, English name), sorted by name, for ``choices=`` of a model field.
COUNTRY_CHOICES = sorted(
    ((code, country_name(code, "en")) for code in COUNTRY_CODES), key=lambda choice: _sort_key(choice[1])
)
