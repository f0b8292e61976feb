"""Countries (ISO 3166-1) and the regions they lie in (United Nations M49), named in the six languages.

Names are those of CLDR, as Babel ships them, except the few in ``_OWN_NAMES``. Regions are known by slugs made from
their M49 names, since they stand in addresses (``?region=central-asia``).
"""

import unicodedata
from functools import cache

from babel import Locale

from ctportal.core.languages import LOCALES

# English names are those of general English: "St. Lucia", where British English has "St Lucia".
_LOCALES = LOCALES | {"en": "en"}

# slug: (M49 code, slug of the region around it), wide before narrow and in the order of a menu.
_REGIONS: dict[str, tuple[str, str | None]] = {
    "africa": ("002", None),
    "northern-africa": ("015", "africa"),
    "sub-saharan-africa": ("202", "africa"),
    "eastern-africa": ("014", "sub-saharan-africa"),
    "middle-africa": ("017", "sub-saharan-africa"),
    "southern-africa": ("018", "sub-saharan-africa"),
    "western-africa": ("011", "sub-saharan-africa"),
    "americas": ("019", None),
    "northern-america": ("021", "americas"),
    "latin-america-and-the-caribbean": ("419", "americas"),
    "caribbean": ("029", "latin-america-and-the-caribbean"),
    "central-america": ("013", "latin-america-and-the-caribbean"),
    "south-america": ("005", "latin-america-and-the-caribbean"),
    "asia": ("142", None),
    "central-asia": ("143", "asia"),
    "eastern-asia": ("030", "asia"),
    "south-eastern-asia": ("035", "asia"),
    "southern-asia": ("034", "asia"),
    "western-asia": ("145", "asia"),
    "europe": ("150", None),
    "eastern-europe": ("151", "europe"),
    "northern-europe": ("154", "europe"),
    "southern-europe": ("039", "europe"),
    "western-europe": ("155", "europe"),
    "oceania": ("009", None),
    "australia-and-new-zealand": ("053", "oceania"),
    "melanesia": ("054", "oceania"),
    "micronesia": ("057", "oceania"),
    "polynesia": ("061", "oceania"),
}
REGIONS = tuple(_REGIONS)

# The narrowest M49 region of every ISO 3166-1 code. M49 places no region around Antarctica (AQ) and does not list TW.
_COUNTRIES_BY_REGION = {
    "northern-africa": "DZ EG EH LY MA SD TN",
    "eastern-africa": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "middle-africa": "AO CD CF CG CM GA GQ ST TD",
    "southern-africa": "BW LS NA SZ ZA",
    "western-africa": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "northern-america": "BM CA GL PM US",
    "caribbean": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    "central-america": "BZ CR GT HN MX NI PA SV",
    "south-america": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "central-asia": "KG KZ TJ TM UZ",
    "eastern-asia": "CN HK JP KP KR MN MO",
    "south-eastern-asia": "BN ID KH LA MM MY PH SG TH TL VN",
    "southern-asia": "AF BD BT IN IR LK MV NP PK",
    "western-asia": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "eastern-europe": "BG BY CZ HU MD PL RO RU SK UA",
    "northern-europe": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "southern-europe": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA",
    "western-europe": "AT BE CH DE FR LI LU MC NL",
    "australia-and-new-zealand": "AU CC CX HM NF NZ",
    "melanesia": "FJ NC PG SB VU",
    "micronesia": "FM GU KI MH MP NR PW UM",
    "polynesia": "AS CK NU PF PN TK TO TV WF WS",
}
WITHOUT_REGION = frozenset({"AQ", "TW"})

_REGION_OF = {code: slug for slug, codes in _COUNTRIES_BY_REGION.items() for code in codes.split()}
COUNTRY_CODES = tuple(sorted({*_REGION_OF, *WITHOUT_REGION}))
_COUNTRY_SET = frozenset(COUNTRY_CODES)

# Where the United Nations' own name (M49) differs from CLDR's in what it says, not only in how long it is.
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
    """Return every name in *language* by ISO 3166-1 or M49 code; Babel is asked once a process."""
    if language not in _LOCALES:
        raise ValueError(f"“{language}” is not a language of the portal; it must be one of {', '.join(_LOCALES)}.")
    territories = Locale.parse(_LOCALES[language]).territories
    codes = [*COUNTRY_CODES, *(m49 for m49, _ in _REGIONS.values())]
    return {code: _OWN_NAMES[code][language] if code in _OWN_NAMES else territories[code] for code in codes}


def country_name(code: str, language: str) -> str:
    """Return the name of the country *code* (two capital letters) in *language*; "" for no country.

    Raises ValueError for a code that is not in ISO 3166-1 and for a language that is not one of the six.
    """
    if not code:
        return ""
    if code not in _COUNTRY_SET:
        raise ValueError(f"“{code}” is not an ISO 3166-1 country code such as “TJ”.")
    return _names(language)[code]


def region_name(slug: str, language: str) -> str:
    """Return the name of the region *slug* in *language*; ValueError where either is unknown."""
    if slug not in _REGIONS:
        raise ValueError(f"“{slug}” is not a region; it must be one of {', '.join(REGIONS)}.")
    return _names(language)[_REGIONS[slug][0]]


def region_parent(slug: str) -> str | None:
    """Return the slug of the region around the region *slug*, None for a continent."""
    return _REGIONS[slug][1]


@cache
def regions_of(code: str) -> tuple[str, ...]:
    """Return the slugs of the regions that the country *code* lies in, from wide to narrow.

    () for no country and for the codes of ``WITHOUT_REGION``; ValueError for a code that is not in ISO 3166-1.
    """
    if not code or code in WITHOUT_REGION:
        return ()
    if code not in _REGION_OF:
        raise ValueError(f"“{code}” is not an ISO 3166-1 country code such as “TJ”.")
    slugs = [_REGION_OF[code]]
    while parent := region_parent(slugs[0]):
        slugs.insert(0, parent)
    return tuple(slugs)


def _sort_key(name: str) -> bytes:
    """Order Åland, Côte d’Ivoire and Türkiye under A, C and T."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").lower()


# (code, English name) by name, for ``choices=`` of a model field.
COUNTRY_CHOICES = sorted(
    ((code, country_name(code, "en")) for code in COUNTRY_CODES), key=lambda choice: _sort_key(choice[1])
)
