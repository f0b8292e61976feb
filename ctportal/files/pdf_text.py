"""Read the text of a PDF for search: page by page, each line end as the author meant it.

Runs in the process of ``ctportal.files.extract``.
"""

import io
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject

ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
PRINTED_SHAPES = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]+")
PAGE_END = "\f"

# What pdfium returns for a hyphen between two lines of a word, in place of the hyphen and the line end.
HYPHEN = "\ufffe"
LINE_END = r"[ \t]*\n[ \t]*"
HYPHEN_AT_LINE_END = re.compile(rf"(?<=\w)(?:{HYPHEN}|[-\u2010]{LINE_END})(?=\w)")
BETWEEN_LETTERS = re.compile(rf"(?<=[^\W\d_]){HYPHEN}(?=[^\W\d_])")
# A symbol or an address goes on behind its stroke: A/RES/ and 72/284.
STROKE_AT_LINE_END = re.compile(rf"(?<=\w/){LINE_END}(?=\w)")
SOFT_HYPHEN = re.compile(f"\u00ad(?:{LINE_END})?")
# Thai, Lao, Tibetan, Burmese and Khmer; Chinese and Japanese with their punctuation.
WITHOUT_SPACES = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff"
)
LINE_END_WITHOUT_SPACE = re.compile(
    f"(?<=[{WITHOUT_SPACES}]){LINE_END}(?=[{WITHOUT_SPACES}0-9])|(?<=[0-9]){LINE_END}(?=[{WITHOUT_SPACES}])"
)


def pdf_texts(data: bytes) -> Iterator[str]:
    """Yield the text of each page, followed by PAGE_END.

    pdfium returns Arabic letters in drawing order; pypdf returns each piece that is drawn at once in reading order.
    """
    import pypdfium2
    from pypdf import PdfReader

    document = pypdfium2.PdfDocument(data)
    reader = None
    for number in range(len(document)):
        page = document[number]
        textpage = page.get_textpage()
        text = textpage.get_text_range().replace("\r\n", "\n").replace(PAGE_END, " ")
        textpage.close()
        page.close()
        if ARABIC.search(text):
            reader = reader or PdfReader(io.BytesIO(data), strict=False)
            text = arabic_page(reader.pages[number])
        yield with_joined_lines(text) + PAGE_END


def with_joined_lines(text: str) -> str:
    """Return *text* without line ends inside words. A line with a hyphen that the author or the program may have put at a
    line end stands in it twice, with the hyphen and, at the end, without."""
    text = LINE_END_WITHOUT_SPACE.sub("", STROKE_AT_LINE_END.sub("", SOFT_HYPHEN.sub("", text)))
    lines = HYPHEN_AT_LINE_END.sub(HYPHEN, text).split("\n")
    without = [BETWEEN_LETTERS.sub("", line) for line in lines if BETWEEN_LETTERS.search(line)]
    return "\n".join([*lines, *without]).replace(HYPHEN, "-")


# Arabic

Piece = tuple[float, str]  # (distance from the left, text)
BRACKETS = "()[]{}«»‹›<>"
MIRRORED = str.maketrans(BRACKETS, ")(][}{»«›‹><")
OPENING, CLOSING = re.compile(r"(?<=[(\[{«‹]) "), re.compile(r" (?=[)\]}»›.,:;!?/،؛؟])")


def arabic_page(page: "PageObject") -> str:
    """Return the lines of *page*, each joined from its pieces by position: some programs draw a line word by word from the
    left, others in one piece."""
    lines: list[tuple[float, list[Piece]]] = []  # (height, pieces)

    def take(text: str, matrix: list[float], text_matrix: list[float], _font: object, _size: object) -> None:
        left, height = (
            text_matrix[4] * matrix[place] + text_matrix[5] * matrix[place + 2] + matrix[place + 4] for place in (0, 1)
        )
        for piece in filter(str.strip, letters(text).split("\n")):
            if not lines or round(lines[-1][0]) != round(height):
                lines.append((height, []))
            lines[-1][1].append((left, piece))

    page.extract_text(visitor_text=take)
    return "\n".join(in_reading_order(pieces) for _height, pieces in lines)


def in_reading_order(pieces: list[Piece]) -> str:
    """Return the text of a line of *pieces*. A line with Arabic is joined from right to left, but words in other scripts
    within it from left to right.

    Brackets are drawn as they look: in Arabic, one that opens looks like one that closes elsewhere.
    """
    if not any(ARABIC.search(text) for _left, text in pieces):
        return "".join(text for _left, text in pieces)
    from_the_right = [text for _left, text in sorted(pieces, key=lambda piece: -piece[0])]
    words: list[str] = []
    for is_arabic, group in itertools.groupby(from_the_right, lambda text: bool(ARABIC.search(text))):
        texts = list(group)
        words += [text.translate(MIRRORED) for text in texts] if is_arabic else foreign_words(texts)
    return CLOSING.sub("", OPENING.sub("", " ".join(" ".join(words).split())))


def foreign_words(texts: list[str]) -> list[str]:
    """Return the pieces between two Arabic ones, given from the right, in reading order. Signs at their edges belong to the
    Arabic, but for brackets that have their partner among them; so do numbers where they are alone."""
    if not any(map(str.isalpha, "".join(texts))):
        return [text if any(map(str.isalnum, text)) else text.translate(MIRRORED) for text in texts]

    def is_arabic(text: str) -> bool:
        """Whether a sign at an edge is not a bracket with a partner."""
        has_partner = set(text) & set(BRACKETS) and is_balanced("".join(inside))
        return not any(map(str.isalnum, text)) and not has_partner

    before: list[str] = []
    after: list[str] = []
    inside = texts
    while is_arabic(inside[0]):
        before.append(inside[0].translate(MIRRORED))
        inside = inside[1:]
    while is_arabic(inside[-1]):
        after.insert(0, inside[-1].translate(MIRRORED))
        inside = inside[:-1]
    return [*before, *reversed(inside), *after]


def is_balanced(text: str) -> bool:
    return all(
        text.count(opens) == text.count(closes) for opens, closes in zip(BRACKETS[::2], BRACKETS[1::2], strict=True)
    )


def letters(text: str) -> str:
    """Return *text* with Arabic presentation forms replaced by letters, as people type them in a search."""
    return PRINTED_SHAPES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
