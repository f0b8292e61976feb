"""Texts that cameras and programs write into pictures by themselves. They say nothing of the picture."""

import re
from collections.abc import Collection

MAKERS = (
    r"olympus|sony|samsung|kodak|konica|minolta|canon|nikon|casio|fujifilm|fuji|pentax|ricoh|panasonic|leica|hp|benq|sanyo|"
    r"epson|kyocera|toshiba|polaroid|medion|vivitar|ge|jenoptik|agfaphoto|agfa|traveler|rollei|huawei|xiaomi|oppo|oneplus|"
    r"motorola|lg|htc|gopro|dji|hasselblad|techwin"
)
SERIES = (
    r"iphone|ipad|galaxy|pixel|redmi|mi|eos|rebel|powershot|coolpix|cyber-?shot|finepix|lumix|stylus|optio|exilim|photosmart|"
    r"easyshare"
)
PROGRAMS = (
    r"picasa|photoshop(?: elements| lightroom(?: classic)?| express)?|lightroom(?: classic)?|camera raw|photo mechanic|gimp|image ?magick|"
    r"graphicsmagick|acdsee|acd systems digital imaging|lead technologies|paint\.net|windows (?:live )?photo (?:gallery|editor)|"
    r"office(?: picture manager)?|windows photo viewer|illustrator|sketch|dxo(?: (?:photolab|optics pro))?|luminar|instagram|"
    r"snapchat|hdr\+|mediatek camera application|the gimp|snapseed|vsco(?:cam)?|picsart|canva|capture one|darktable|rawtherapee|digikam|irfanview|xnview|"
    r"coreldraw|paintshop pro|pixelmator|affinity photo|nikon transfer|capture nx|viewnx|digital photo professional|exiftool|"
    r"polarr|shotwell|photoscape|fotostation|faststone image viewer|photos"
)
NOTHING = (
    r"(?:null|nil|none|undefined|nan|n/?a|empty|unknown|default|tbd|tba|test|ascii|jpe?g|object object|"
    r"(?:untitled|sans titre|sin t[ií]tulo|ohne titel|unbenannt|без (?:названия|имени)|безымянный|بدون عنوان|未命名|无标题)(?:[ -]?\d{1,4})?)"
)
SCREENSHOT = r"screenshot|screen shot|снимок экрана|capture d.écran|captura de pantalla|bildschirmfoto|لقطة شاشة|屏幕截图|截图|whatsapp image"
FIELD = r"caption|description|comments?|title|name|credit|by-?line|holder"
PICTURE_FILE = r"jpe?g|jpe|png|webp|tiff?|gif|bmp|heic|heif|avif|psd|dng|cr[23]|nef|arw|orf|rw2|raf"
MACHINE_TEXT = re.compile(
    "|".join(
        [
            # Nothing, as programs say it, and fields that are named and not filled in.
            rf"[(\[<]?{NOTHING}[)\]>]?(?:[ ,;/|-]{{1,3}}[(\[<]?{NOTHING}[)\]>]?){{0,5}}",
            rf"no (?:{FIELD})|my beautiful picture|&nbsp;",
            rf"(?:(?:the|an?|enter|type|insert|your|my|add|default|image|picture|photo|user|author|owner|photographer|copyright) ){{0,3}}(?:{FIELD})(?: here)?:?",
            r"(?:owner|photographer|camera owner|author|artist|user\d{0,3}|root|guest|pc|admin(?:istrator)?|windows user|picture|image|photo|camera):?",
            rf"(?:{SCREENSHOT})(?:[ _-](?:at|от|на|в|à|de|um)|[ _.:()\d-]){{0,40}}",
            r"(?:copyright|\(c\)|©| ){1,5}[ ,:;.]{0,3}(?:\d{4})?[ ,:;.]{0,3}(?:photographer|owner|by|all rights reserved)?",
            # Makers: "OLYMPUS DIGITAL CAMERA", "SONY DSC", "KODAK Digital Still Camera".
            # A maker alone, or with a model in which there is a figure: "Canon EOS 5D Mark IV", "iPhone 12".
            rf"(?:{MAKERS})(?: (?:corp(?:oration)?|inc|co|ltd|electronics|imaging|techwin)[.,]?){{0,3}}",
            (
                rf"(?=\D{{0,60}}\d)(?:apple |google )?(?:{MAKERS}|{SERIES})(?:[ -](?:[a-z]{{0,4}}\d[a-z0-9]{{0,8}}|{SERIES}|mark|mk|i{{1,3}}|iv|v|note|"
                r"pro|plus|max|mini|ultra|lite|digital|camera|zoom)){1,6}"
            ),
            rf"(?:(?:{MAKERS})[ -]){{0,3}}(?:dsc|csc|digital (?:still )?camera|digimax.{{0,30}}|ver\. ?[\d.]{{1,8}})",
            # Programs, alone, with their version, or as in "Created with GIMP".
            (
                r"(?:(?:file )?(?:created|made|edited|processed|generated|written|scanned|saved|exported) (?:with|by|in|on|using) )?"
                rf"(?:(?:adobe|google|microsoft|apple|corel) )?(?:{PROGRAMS})[®™]?"
                r"(?:[ ,(]{1,2}(?:v?\d[\w.-]{0,15}|cs\d?|cc|inc\.?|version|for|mac\w{0,7}|windows)\)?){0,5}[ .]?"
            ),
            r"creator: (?:gd-jpeg|xv).{0,100}|applemark|exif[_ -]?jpeg(?:[_ -](?:picture|\d{3}))?|jpeg encoded|maker:0x[0-9a-f].{0,60}",
            r"(?:intel\(r\) jpeg library|optimized by jpegmini|handmade software|processed (?:with vsco|by ebay)|shot with dxo)\b.{0,100}",
            # Exposures
            r"(?:(?:f/?\d{1,2}(?:\.\d)?|1/\d{1,5}(?: ?s(?:ec)?)?|iso ?\d{2,6}|\d{1,4} ?mm)[ ,;]{0,2}){1,6}",
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
