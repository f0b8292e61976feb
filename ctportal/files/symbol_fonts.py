"""What the signs of symbol fonts mean, which documents store as codes of their own: F0A7 in Symbol is ♣, in Wingdings ▪."""

import re

PRIVATE = re.compile("[\uf020-\uf0ff]")
UNKNOWN = "\ufffd"


def from_row(first: int, row: str) -> dict[int, str]:
    return dict(enumerate(row, first))


SYMBOL = {
    **from_row(0x20, " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    **from_row(0x60, "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    **from_row(0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"),
    **from_row(0xF1, "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
}
# The signs that texts use: ticks and boxes, bullets, arrows, figures in circles.
WINGDINGS = {
    **from_row(0x21, "✏✂"),
    **from_row(0x28, "☎✆🖂🖃"),
    **from_row(0x45, "☜☞☝☟"),
    **from_row(0x6C, "●❍■□"),
    **from_row(0x71, "❑❒⬧⧫◆❖⬥⌧"),
    **from_row(0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    **from_row(0x9E, "·•"),
    **from_row(0xA7, "▪◻"),
    **from_row(0xAA, "✦★"),
    **from_row(0xDF, "←→↑↓↖↗↙↘"),
    **from_row(0xEF, "⇦⇨⇧⇩"),
    **from_row(0xFB, "✗✓☒☑"),
    0x4A: "☺",
    0xD8: "➢",
    0xE8: "➔",
}
WINGDINGS_2 = {**from_row(0x4F, "✗✓☒☑☒"), 0xA3: "□"}
TABLES = {
    "symbol": SYMBOL,
    "wingdings": WINGDINGS,
    "wingdings 2": WINGDINGS_2,
    "wingdings 3": {},
    "webdings": {0x61: "✓"},
}


def sign(font: str, code: int) -> str:
    """Return the character that *font* shows for *code*, U+FFFD where that is not known. Codes from F020 are the font's own."""
    table = TABLES.get(font.strip().lower())
    own = code - 0xF000 if 0xF020 <= code <= 0xF0FF else code
    if table is not None and own < 0x100:
        return table.get(own, UNKNOWN)
    if own != code:  # of an ordinary font: its first 256 characters
        return bytes([own]).decode("cp1252", errors="replace")
    return chr(code) if 0x20 <= code < 0x110000 else UNKNOWN


def signs(font: str, text: str) -> str:
    """Return *text* with the codes of symbol fonts replaced. Where *font* is none of these, Symbol is meant, as in Word."""
    known = font if font.strip().lower() in TABLES else "Symbol"
    return PRIVATE.sub(lambda match: sign(known, ord(match[0])), text)
