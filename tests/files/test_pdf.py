"""PDFs: what a name in them means, and their text at line ends, in Arabic and to the last page.

What acts and must be refused stands in ``test_corpus``, but for the counterparts of what is accepted here.
"""

import re
import subprocess
import time
import zlib
from itertools import accumulate
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from ctportal.files import extract, models, pdf_text
from ctportal.files import pdf as check
from ctportal.files.pdf import check_pdf
from ctportal.files.verdict import Refused
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish
from tests.factories import make_document, make_stored_file, make_user, store_document
from tests.files.samples import document_xml, docx, object_stream, paragraph, pdf, pdf_with_object_stream, stream_object
from tests.files.test_store import text_of, upload
from tests.search.index import indexed

CASES = Path(__file__).parent / "cases"
GLYPH = stream_object(b"750 0 0 0 750 750 d1 0 0 750 750 re f")
FORM = stream_object(b"", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
ACT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def case(name):
    return (CASES / name).read_bytes()


def link(action):
    return f"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A {action} >>]"


def type3(glyphs):
    names = re.findall(r"/(\w+)", glyphs)
    return (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] "
        f"/CharProcs << {glyphs} >> /Encoding << /Type /Encoding /Differences [65 /{' /'.join(names)}] >> >>"
    )


def untyped_object_stream(**options):
    return object_stream(ACT, **options).replace(b"/Type /ObjStm", b"").replace(b"<< /Length", b"<<  /Length")


# What a name means


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("p-type3-glyph-S.pdf", ["AS"]),
        ("p-chart-States.pdf", ["States"]),
        ("p-rolemap-JavaScript.pdf", ["Hello", "words"]),
        ("p-font-named-JS.pdf", ["Hello", "words"]),
        ("p-dest-named-JS.pdf", ["Hello", "words"]),
        ("p-gotor.pdf", ["Hello", "words"]),
        ("p-leading-bom.pdf", ["Hello", "words"]),
        ("p-leading-newline.pdf", ["Hello", "words"]),
    ],
)
def test_a_real_pdf_is_accepted_with_its_words(name, words):
    stored = store_document(upload(name, case(name)), by=None)

    assert (stored.pages, [word for word in stored.text.split() if word in words]) == (1, words)


@pytest.mark.django_db
def test_a_pdf_that_opens_a_program_is_refused_with_the_name_of_the_action():
    with pytest.raises(ValidationError) as refusal:
        text_of("p-launch.pdf", case("p-launch.pdf"))

    assert (refusal.value.code, refusal.value.messages) == (
        "pdf_active_content",
        ["“p-launch.pdf” contains Launch, which is not allowed in published files. Print it to a new PDF."],
    )


HARMLESS = {
    "glyphs": pdf(
        type3("/S 11 0 R /JS 11 0 R /AA 11 0 R /EF 11 0 R /OpenAction 11 0 R /Launch 11 0 R /Movie 11 0 R"), GLYPH
    ),
    "fonts": pdf(
        "<< /Font << /JS 4 0 R /JavaScript 4 0 R /S 4 0 R /EF 4 0 R /XFA 4 0 R /AA 4 0 R /OpenAction 4 0 R >> >>",
        page="/Resources 10 0 R",
    ),
    "pictures": pdf("<< /XObject << /JS 11 0 R /JavaScript 11 0 R /XFA 11 0 R /EF 11 0 R /Sound 11 0 R >> >>", FORM),
    "colour spaces": pdf("<< /ColorSpace << /S /DeviceCMYK /JS /DeviceRGB /AA [/Indexed /DeviceRGB 0 <000000>] >> >>"),
    "layers": pdf("<< /Properties << /JS << /Type /OCG /Name (a) >> /Launch << /Type /OCG /Name (b) >> >> >>"),
    "destinations": pdf(catalog="/Dests << /JS [100 0 R /Fit] /XFA [100 0 R /Fit] /JavaScript << /D [100 0 R /Fit] >> >>"),
    "the names of letters": pdf(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [65 /S /JavaScript /Launch] >> >>"
    ),
    "roles": pdf(catalog="/StructTreeRoot << /RoleMap << /JavaScript /P /Launch /Span /Sound /Sect /3D /Figure >> >>"),
    "an element with such a role": pdf(
        "<< /Type /StructElem /S /JavaScript /P 11 0 R /K [0] /T (a /JS here) >>",
        "<< /S /Sound /P 12 0 R /Pg 100 0 R /K 10 0 R /Lang (en) >>",
    ),
    "an element with such a role and an associated file": pdf("<< /S /Sound /P 11 0 R /K 0 /AF [] >>"),
    "an element with such a role in an object stream": pdf_with_object_stream(
        "<< /S /GoTo /D [3 0 R /Fit] >>", "<< /Type /StructElem /S /Java#53cript /P 50 0 R /K 0 >>"
    ),
    "a form of the PDF": pdf("<< /Fields [] /DR << /Font << /XFA 4 0 R >> >> >>", catalog="/AcroForm 10 0 R"),
    "words": pdf("<< /Title (/OpenAction << /S /JavaScript /JS \\(x\\) >>) /Author (/EF) >>"),
    "words that look like the beginning of an object": pdf(
        "<< /Title (A new obj) /A (1 0 obj <) >>", stream_object(b"BT (any obj) Tj ET"), "<< /AA 4 0 R >>"
    ),
    "words in a content stream": pdf(text="<< /S /JavaScript /JS \\(x\\) >> and /EF and /Type /EmbeddedFile"),
    "words in a comment of an object": pdf("<< /A 1 % /S /Launch\n /B 2 >>"),
    "actions at opening that lead to each other": pdf(
        "<< /S /GoTo /D [100 0 R /Fit] /Next [11 0 R] >>", "<< /S /Named /N /NextPage >>", catalog="/OpenAction 10 0 R"
    ),
    "a file in the same folder": pdf(page=link("<< /S /GoToR /F (annexes/annex 1.pdf) /D [0 /Fit] >>")),
    "a file on the author's disk": pdf(page=link("<< /S /GoToR /F << /Type /Filespec /UF (C:\\\\papers\\\\a.pdf) >> >>")),
    "a file in another folder": pdf("<< /S /Thread /F (../annex \\(1\\) \\8.pdf) /D 0 >>"),
}  # fmt: skip


@pytest.mark.parametrize("data", HARMLESS.values(), ids=HARMLESS)
def test_a_name_that_means_nothing_where_it_stands_is_accepted(data):
    assert check_pdf(data) == 1


NETWORK = "a link into a network (GoToR)"
ACTIVE = {
    "a font called JS beside an action": ("JavaScript", pdf("<< /Font << /JS 4 0 R >> >>", page=link(ACT))),
    "a glyph called S beside an action": ("JavaScript", pdf(type3("/S 11 0 R"), GLYPH, ACT)),
    "an action in the dress of an element": (
        "JavaScript",
        pdf("<< /Type /StructElem /S /JavaScript /P 100 0 R /JS (x) >>", catalog="/OpenAction 10 0 R"),
    ),
    "a program in the dress of an element": ("Launch", pdf("<< /Type /StructElem /S /Launch /P 100 0 R /F (a.exe) >>")),
    "an action among fonts": ("JavaScript", pdf(f"<< /Font << /F1 {ACT} >> >>")),
    "escaped names": ("JavaScript", pdf("<< /#53 /#4aava#53cript /#4aS (x) >>")),
    "an escaped script alone": ("JavaScript", pdf("<< /#4a#53 (x) >>")),
    "a script in a stream": ("JavaScript", pdf("<< /S /URI /JS 11 0 R >>", stream_object(b"app.alert(1)"))),
    "escaped names in an object stream": ("JavaScript", pdf_with_object_stream("<< /S /J#61vaScript /JS (x) >>")),
    "an object stream without a type": ("JavaScript", pdf(untyped_object_stream())),
    "an object stream of other filters, outside the reference table": (
        "JavaScript",
        pdf(object_stream(ACT, filters="/Filter /ASCIIHexDecode", pack=lambda data: data.hex().encode() + b">")),
    ),
    "the second object of a stream": ("Launch", pdf_with_object_stream("<< /A 1 >>", "<< /S /Launch /F (x) >>")),
    "an action given twice": ("Launch", pdf(page=link("<< /S /URI /URI (http://x) /S /Launch /F (a.exe) >>"))),
    "an action by a name given twice": ("Launch", pdf("<< /S /URI /S 11 0 R >>", "/Launch")),
    "a program on an annotation": ("Launch", pdf("<< /S /Launch /F (a.exe) >>", page=link("10 0 R"))),
    "scripts by name": (
        "JavaScript",
        pdf("<< /JavaScript 11 0 R >>", "<< /Names [(a) 12 0 R] >>", "<< >>", catalog="/Names 10 0 R"),
    ),
    "scripts by name, in branches": ("JavaScript", pdf("<< /Kids [] >>", catalog="/Names << /JavaScript 10 0 R >>")),
    "an object inside the data of a stream": (
        "JavaScript",
        pdf(stream_object(b"q 77 0 obj\n" + ACT.encode() + b"\nendobj Q")),
    ),
    "an object inside the data of a stream, spaced out": (
        "JavaScript",
        pdf(stream_object(b"q 77" + b" " * 300 + b"0 % a comment\n obj" + ACT.encode() + b"endobj Q")),
    ),
    "an action around the beginning of an object in a string": (
        "JavaScript",
        pdf("<< /A (77 0 obj % ) /S /JavaScript /JS (x) >>", "<< /A (77 0 obj < ) /S /JavaScript /JS (x) >>"),
    ),
    "an action around the beginning of an object in a string of figures": (
        "JavaScript",
        pdf("<< /A <77 0 obj (> /S /JavaScript /JS (x) /Z <)> >>"),
    ),
    "an action around the beginnings of objects in a comment": (
        "JavaScript",
        pdf("<< /A 1 % 77 0 obj 1 endobj 78 0 obj (\n /S /JavaScript /JS (x) /Z 1 %)\n >>"),
    ),
    "an action around an object of its stream": (
        "JavaScript",
        pdf(object_stream("<< /A (", "% ) /S /JavaScript /JS (x) >>\n 1")),
    ),
    "an action around an object whose data seem to hold it": (
        "JavaScript",
        pdf("<< /A (77 0 obj << >> stream\n) /S /JavaScript /JS (x) >>"),
    ),
    "a script between objects": ("JavaScript", pdf(stream=b"<< /S /JavaScript >>\n")),
    "a file by reference": ("an embedded file", pdf("<< /Type /Filespec /EF 11 0 R >>", "<< /F 12 0 R >>", GLYPH)),
    "a form by reference": ("an XFA form", pdf("<< /XFA 11 0 R >>", GLYPH, catalog="/AcroForm 10 0 R")),
    "a form in pieces": ("an XFA form", pdf("<< /XFA [(template) 11 0 R] >>", GLYPH, catalog="/AcroForm 10 0 R")),
    "a form in pieces by reference": (
        "an XFA form",
        pdf("<< /XFA [11 0 R 12 0 R] >>", "(template)", GLYPH, catalog="/AcroForm 10 0 R"),
    ),
    "a form in the dress of a picture": (
        "an XFA form",
        pdf("<< /XFA 11 0 R >>", stream_object(b"<xdp/>", "/Subtype /Image"), catalog="/AcroForm 10 0 R"),
    ),
    "an address after a jump at opening": (
        "an action at opening",
        pdf("<< /S /GoTo /Next << /S /URI /URI (http://x) >> >>", catalog="/OpenAction 10 0 R"),
    ),
    "an address in an older version of an action": (
        "an action at opening",
        pdf(
            "<< /S /GoTo /D [100 0 R /Fit] >>",
            catalog="/OpenAction 10 0 R",
            stream=b"10 0 obj\n<< /S /URI /URI (http://x) >>\nendobj\n",
        ),
    ),
    "a file opened at opening": (
        "an action at opening",
        pdf("<< /S /GoToR /F (annex.pdf) >>", catalog="/OpenAction 10 0 R"),
    ),
    "a file on another machine": (NETWORK, pdf(page=link("<< /S /GoToR /F (\\\\\\\\evil\\\\share\\\\a.pdf) >>"))),
    "a file on another machine, by slashes": (NETWORK, pdf(page=link("<< /S /GoToR /F (//evil/share/a.pdf) >>"))),
    "a file on another machine, in octal": (NETWORK, pdf(page=link("<< /S /GoToR /F (\\134\\134evil\\134a) >>"))),
    "a file on another machine, in UTF-16": (
        NETWORK,
        pdf(page=link(f"<< /S /GoToR /F << /UF <FEFF{'//evil/a'.encode('utf-16-be').hex()}> >> >>")),
    ),
    "a file on another machine, by reference": (
        NETWORK,
        pdf("<< /S /GoToR /F 11 0 R >>", "<< /F (a.pdf) /UF 12 0 R >>", "(\\\\\\\\evil\\\\a.pdf)"),
    ),
    "a file by an address": (NETWORK, pdf(page=link("<< /S /GoToR /F << /FS /URL /F (http://evil/a) >> >>"))),
    "a file by its scheme": (NETWORK, pdf(page=link("<< /S /GoToR /F (file://evil/a.pdf) >>"))),
}


@pytest.mark.parametrize(("detail", "data"), ACTIVE.values(), ids=ACTIVE)
def test_what_acts_is_refused_by_its_name_whatever_stands_beside_it(detail, data):
    with pytest.raises(Refused) as refusal:
        check_pdf(data)

    assert (refusal.value.verdict, refusal.value.detail) == ("active", detail)


def test_an_object_stream_with_two_filters_is_refused_since_readers_differ():
    hidden = object_stream(ACT, filters="/Filter /ASCIIHexDecode /Filter /FlateDecode")

    with pytest.raises(Refused) as refusal:
        check_pdf(pdf(hidden))

    assert refusal.value.verdict == "damaged"


# Bytes before the header


@pytest.mark.django_db
@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf", b"\r\n", b"\x00" * 10, b"junk\n", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n", b" " * 64]
)
def test_a_few_bytes_may_stand_before_the_header(before):
    assert text_of("a.pdf", before + pdf()).split() == ["Opening", "release"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "before",
    [
        b"<html>",
        b"\xef\xbb\xbf<svg/>",
        b"GIF89a",
        b"MZ",
        b"#!/bin/sh\n",
        b"\x7fELF",
        b"PK\x03\x04",
        b"{\\rtf1",
        b" " * 65,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ],
)
def test_what_is_something_else_or_hides_the_header_is_no_pdf(before):
    with pytest.raises(ValidationError) as refusal:
        text_of("a.pdf", before + pdf())

    assert refusal.value.code == "content_mismatch"


def test_an_action_behind_bytes_before_the_header_is_found():
    with pytest.raises(Refused):
        extract.READERS["pdf"](b"\xef\xbb\xbf" + pdf(catalog=f"/OpenAction {ACT}"))


# Size


def many_objects(number):
    """Return a PDF with *number* elements of its structure. Without ``samples.pdf``, which copies it for each."""
    items = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    items += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"]
    items += ["<< /Type /StructElem /S /P /P 3 0 R /K [0] >>"] * (number - 3)
    pieces = [f"{index} 0 obj\n{item}\nendobj\n" for index, item in enumerate(items, start=1)]
    offsets = list(accumulate(map(len, pieces), initial=9))
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets[:-1])
    return (
        f"%PDF-1.7\n{''.join(pieces)}xref\n0 {number + 1}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {number + 1} /Root 1 0 R >>\nstartxref\n{offsets[-1]}\n%%EOF\n"
    ).encode()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_pdf_of_300_000_objects_is_refused_at_once_naming_the_limit():
    data = many_objects(300_000)
    started = time.process_time()

    with pytest.raises(ValidationError) as refusal:
        text_of("atlas.pdf", data)

    assert time.process_time() - started < 2
    assert (refusal.value.code, refusal.value.messages) == (
        "document_not_checked",
        [
            "“atlas.pdf” has 300000 objects; up to 100000 can be checked. Print it to a new PDF, or divide it into parts."
        ],
    )


def test_a_pdf_in_whose_streams_are_too_many_objects_is_refused(monkeypatch):
    monkeypatch.setattr(check, "MAX_OBJECTS", 1000)

    with pytest.raises(Refused) as refusal:
        check_pdf(pdf_with_object_stream(*["<< >>"] * 1001))

    assert (refusal.value.verdict, refusal.value.detail) == ("complex", "1006")


@pytest.mark.slow
def test_a_pdf_of_60_000_objects_is_checked_within_2_seconds():
    data = many_objects(60_000)
    started = time.process_time()

    assert check_pdf(data) == 1
    assert time.process_time() - started < 2


# Line ends


def lines(*texts):
    return pdf(text=") Tj 0 -30 Td (".join(texts))


def forms_in(text, *words):
    return [word for word in words if word not in " ".join(text.split())]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (case("en-compound.pdf"), ["counter-terrorism", "co-chairs-led", "capacity-building"]),
        (case("en-compound.pdf"), ["counterterrorism", "capacitybuilding", "The counterterrorism and"]),
        (case("en-hyphen.pdf"), ["counterterrorism", "responsibilities"]),
        (case("zh-wrap.pdf"), ["执行情况", "主持", "全球反恐战略"]),
        (case("columns.pdf"), ["Alpha first", "right column, and it is read last of all three of them."]),
        (lines("the counter-", "terrorism efforts"), ["the counter-terrorism efforts", "the counterterrorism efforts"]),
        (lines("inter-", "agency co-", "ordination of"), ["inter-agency co-ordination of", "interagency coordination of"]),
        (lines("the years 2018-", "2019 and"), ["2018-2019 and"]),
        (lines("COVID-", "19 response"), ["COVID-19 response"]),
        (lines("a dash -", "and words"), ["a dash - and words"]),
        (lines("Co-Chairs-", "Designate"), ["Co-Chairs-Designate", "Co-ChairsDesignate"]),
    ],
)  # fmt: skip
def test_words_at_line_ends_are_found_as_people_type_them(data, words):
    assert forms_in(text_of("a.pdf", data), *words) == []


def test_columns_are_read_one_after_the_other():
    [text] = pdf_text.pdf_texts(case("columns.pdf"))

    assert re.findall("Alpha|Bravo|Charlie", text) == ["Alpha", "Bravo", "Charlie"]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("联合国\n会议", "联合国会议"),
        ("于2019 \n年9月", "于2019年9月"),
        ("共同主席的\n《成果文件》", "共同主席的《成果文件》"),
        ("国際テロ\n対策", "国際テロ対策"),
        ("การประ\nชุม", "การประชุม"),
        ("Резолюция\nСовета", "Резолюция\nСовета"),
        ("결의안\n채택", "결의안\n채택"),
        ("Summary\n会议", "Summary\n会议"),
        ("co\u00adopera\u00ad\ntion", "cooperation"),
        ("multi\u00adlateral", "multilateral"),
        ("анти\u2010\nтеррор", "анти-террор\nантитеррор"),
        ("S/RES/2396-\n(2017)", "S/RES/2396-\n(2017)"),
        ("pages 3\ufffe4", "pages 3-4"),
        ("see A/RES/\n72/284 and/ \nor", "see A/RES/72/284 and/or"),
        ("https://www.un.org/\ncounterterrorism", "https://www.un.org/counterterrorism"),
        ("one /\ntwo", "one /\ntwo"),
    ],
)
def test_lines_are_joined_by_the_rules_of_their_script(text, joined):
    assert pdf_text.with_joined_lines(text) == joined


# Arabic


@pytest.mark.django_db
def test_arabic_is_read_in_order_with_brackets_where_they_belong():
    assert text_of("ar.pdf", case("ar.pdf")).split() == [
        "اختتم",
        "المؤتمر",
        "أعماله",
        "في",
        "4",
        "أيلول/سبتمبر",
        "2019",
        "بمشاركة",
        "300",
        "خبير",
        "من",
        "UNOCT",
        "ومن",
        "65",
        "دولة",
        "(انظر",
        "S/RES/2396",
        "(2017))",
        "في",
        "مجال",
        "مكافحة",
        "الإرهاب،",
        "ولا",
        "سيما",
        "الأمن",
        "الإلكتروني.",
    ]


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ([(60, "دولة"), (50, ")"), (20, "انظر")], "دولة (انظر"),
        ([(60, "المادة"), (40, "(3)"), (10, "منه")], "المادة (3) منه"),
        ([(60, "المادة"), (46, ")"), (43, "3"), (40, "("), (10, "منه")], "المادة (3) منه"),
        ([(70, "قرار"), (60, ")انظر("), (10, "أعلاه")], "قرار (انظر) أعلاه"),
        ([(70, "القرار"), (30, "S/RES/2396 (2017)"), (20, ".")], "القرار S/RES/2396 (2017)."),
        ([(70, "مكتب"), (30, "UNOCT"), (40, "("), (45, "New York"), (60, ")")], "مكتب UNOCT (New York)"),
        ([(70, "»"), (20, "السلام"), (10, "«")], "«السلام»"),
    ],
)
def test_brackets_of_an_arabic_line_open_where_arabic_opens_them(pieces, line):
    assert pdf_text.in_reading_order(pieces) == line


# How far a text is searched


NO_TEXT = (
    "No text was found in “a.pdf”, so a search will not find its words. "
    "If it is a scan, let a program recognize its text and upload the new file."
)


def release_with(stored):
    document = make_document(title="A report", body="")
    document.versions.update(file=stored)
    return publish(document, by=make_user())


@pytest.mark.django_db
def test_the_last_word_of_a_long_document_is_searched():
    stored = store_document(upload("long-080.pdf", case("long-080.pdf")), by=None)
    release_with(stored)

    assert len(stored.text) > 200_000
    assert stored.search_notice == ""
    words = indexed(Edition.objects.get()).split()
    assert {"firstpageword", "lastpageword"} <= set(words)


@pytest.mark.django_db
def test_the_text_of_a_file_is_no_html():
    release_with(make_stored_file(text="see <www.un.org> & “AT&amp;T” if a < b"))

    assert {"www", "un", "org", "at", "amp", "t", "if"} <= set(indexed(Edition.objects.get()).split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "notice"),
    [
        (lines("words"), ""),
        (
            pdf(text="", pages=3),
            NO_TEXT,
        ),
        (
            pdf(text=" one two three", pages=4),
            "“a.pdf” is long: its text is searched up to page 2 of 4. To have the rest searched, upload it in parts.",
        ),
    ],
)
def test_the_editor_is_told_up_to_which_page_a_text_is_searched(data, notice, monkeypatch):
    limit = "import runpy, ctportal.files.extract as extract\nextract.MAX_TEXT = 40\nextract.main('pdf')"
    real = subprocess.Popen
    monkeypatch.setattr(
        "ctportal.files.inspection.subprocess.Popen",
        lambda command, **options: real([command[0], "-s", "-c", limit], **options),
    )

    assert store_document(upload("a.pdf", data), by=None).search_notice == notice


@pytest.mark.django_db
def test_the_editor_is_told_the_last_words_that_are_searched_of_a_word_document():
    data = docx({"word/document.xml": document_xml(paragraph("agenda " * 142_858), paragraph("LASTPAGEWORD"))})

    stored = store_document(upload("a.docx", data), by=None)

    assert stored.search_notice.startswith("“a.docx” is long: its text is searched up to “agenda")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "last"),
    [("the last words" + "\n" * 100, "last words"), ("反恐" * 50, "反恐" * 30), ("word\n" + " " * 99, "word")],
)
def test_the_last_words_are_told_whatever_stands_around_them(text, last, monkeypatch):
    monkeypatch.setattr(models, "MAX_TEXT", 100)

    assert f"up to “{last}”." in make_stored_file(text=text).search_notice


@pytest.mark.slow
@pytest.mark.django_db
def test_pages_read_before_the_process_is_stopped_are_searched():
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"(a) Tj " * 150_000) for _ in range(600)) + packer.flush()
    data = pdf(stream_object(packed, "/Filter /FlateDecode"), pages=2, text="first page", page="/Contents 10 0 R")
    data = data.replace(b"/Contents 3 0 R", b"/Nothing 3 0 R ", 1).replace(b"[100 0 R 101 0 R]", b"[101 0 R 100 0 R]")

    stored = store_document(upload("a.pdf", data), by=None)

    assert (stored.text.split(), stored.search_notice[:55]) == (
        ["first", "page"],
        "“a.pdf” is long: its text is searched up to page 1 of 2",
    )
