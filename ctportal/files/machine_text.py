"""Texts that cameras and programs write into pictures by themselves. They say nothing of the picture."""

import re
from collections.abc import Collection

MAKERS = (
    r"olympus|sony|samsung|kodak|konica|minolta|canon|nikon|casio|fujifilm|fuji|pentax|ricoh|panasonic|leica|hp|benq|sanyo|"
    r"epson|kyocera|toshiba|polaroid|medion|vivitar|ge|jenoptik|agfaphoto|agfa|traveler|rollei|huawei"
)
PROGRAMS = (
    r"picasa|photoshop(?: elements| lightroom| express)?|lightroom(?: classic)?|camera raw|photo mechanic|gimp|image ?magick|"
    r"graphicsmagick|acdsee|acd systems digital imaging|lead technologies|paint\.net|windows (?:live )?photo (?:gallery|editor)|"
    r"office picture manager|snapseed|vsco(?:cam)?|picsart|canva|capture one|darktable|rawtherapee|digikam|irfanview|xnview|"
    r"coreldraw|paintshop pro|pixelmator|affinity photo|nikon transfer|capture nx|viewnx|digital photo professional|exiftool|"
    r"polarr|shotwell|photoscape|fotostation|faststone image viewer|photos"
)
PICTURE_FILE = r"jpe?g|jpe|png|webp|tiff?|gif|bmp|heic|heif|avif|psd|dng|cr[23]|nef|arw|orf|rw2|raf"
MACHINE_TEXT = re.compile(
    "|".join(
        [
            # Nothing, as programs say it, and fields that are named and not filled in.
            r"[(\[<]?(?:null|nil|none|undefined|nan|n/?a|empty|unknown|default|untitled)[)\]>]?",
            r"no (?:title|caption|description|name|comments?)|my beautiful picture|screenshot|exif[_ -]?jpeg(?:[_ -]picture)?",
            r"(?:(?:the|enter|your|add|image|picture|photo|user) ){0,3}(?:caption|description|comments?|title|name)(?: here)?",
            r"owner|photographer|camera owner|author|artist|user|admin(?:istrator)?|windows user|picture|image|photo|camera",
            r"(?:copyright|\(c\)|©| ){1,5}[ ,:;.]{0,3}(?:\d{4})?[ ,:;.]{0,3}(?:photographer|owner|by|all rights reserved)?",
            # Makers: "OLYMPUS DIGITAL CAMERA", "SONY DSC", "KODAK Digital Still Camera".
            rf"(?:(?:{MAKERS})[ -]){{0,3}}(?:dsc|csc|digital (?:still )?camera|digimax.{{0,30}}|ver\. ?[\d.]{{1,8}})",
            # Programs, alone, with their version, or as in "Created with GIMP".
            (
                r"(?:(?:file )?(?:created|made|edited|processed|generated|written|scanned|saved|exported) (?:with|by|in|on|using) )?"
                rf"(?:(?:adobe|google|microsoft|apple|corel) )?(?:{PROGRAMS})[®™]?"
                r"(?:[ ,(]{1,2}(?:v?\d[\w.-]{0,15}|cs\d?|cc|inc\.?|version|for|mac\w{0,7}|windows)\)?){0,5}[ .]?"
            ),
            r"creator: gd-jpeg.{0,100}",
            # Paths, and the names of files and folders.
            r"(?:[a-z]:[\\/]|\\\\|file:/|content:/|/(?:users|home|storage|sdcard|mnt|volumes|private|var|tmp)/|dcim[\\/]).*",
            rf"[^.!?]{{1,150}}\.(?:{PICTURE_FILE})",
            r"\d{3}[_-]?(?:canon|nikon|nd\d|olymp|media|msdcf|gopro|apple|photo|_?pana|_?fuji)\w{0,8}",
            r"_?(?:img|imag|image|dscn|dscf|dsc|mvi|pict|pic|pxl|sam|gopr|dji|wp|scan|photo|screenshot|p)[ _-]?\d[\d ()_-]{0,30}",
            # Data: identifiers, JSON, tags.
            r"(?=\D*\d)[0-9a-f-]{16,}|\{.*\}|<.*>",
        ]
    ),
    re.IGNORECASE,
)
# What telephones say of the mode in the description of a picture, whence programs copy it into the caption. Elsewhere EDF is a
# company and PL a person.
MODES = re.compile(
    r"(?:oznor|nor|rhdr|vhdr|hdr|cof|bty|edf|dav|sdr|fbt|ptr|mde|rpt|lmt|uim|burst|hb|pl){1,4}", re.IGNORECASE
)


def says_nothing(text: str, equipment: Collection[str] = (), *, is_caption: bool = False) -> bool:
    """Return whether no person wrote *text*, a single line: it has no letter, or it is known from cameras and programs.

    *equipment* are the names that the file itself gives of its camera and program.
    """
    if is_caption and MODES.fullmatch(text):
        return True
    if not any(char.isalpha() for char in text):
        return True
    known = {" ".join(name.casefold().split()) for name in equipment}
    return text.casefold() in known or MACHINE_TEXT.fullmatch(text) is not None
