"""Hostile uploads (SECURITY, Files): each is refused with the code that says why, or stored clean; never anything by half."""

import os
import resource
import tempfile
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from ctportal.files.models import StoredFile
from ctportal.files.store import store_photo
from tests.factories import store_document
from tests.files import samples
from tests.files.samples import document_xml, docx, paragraph, pdf, pdf_with_object_stream, picture, png, relation

pytestmark = pytest.mark.django_db

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
PROGRAM = b"MZ\x90\x00\x03" + bytes(2000)
ELF = b"\x7fELF\x02\x01\x01" + bytes(2000)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
XXE = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
BODY = document_xml().partition("?>")[2]
JS = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" {0}>{1}</svg>'
FILE = "<< /Type /Filespec /F (x.exe) /EF << /F 11 0 R >> >>"


def photo(name, data, code, content_type="image/jpeg"):
    return pytest.param(store_photo, name, content_type, data, code)


def document(name, data, code, content_type="application/octet-stream"):
    return pytest.param(store_document, name, content_type, data, code)


def case(identifier, made):
    return pytest.param(*made.values, id=identifier)


def refused():
    """Yield every file: its bytes or, where making them takes long, a function that makes them."""
    yield from pictures()
    yield from mismatches()
    yield from pdfs()
    yield from archives()


def pictures():
    svgs = {
        "script": SVG.format("", "<script>alert(1)</script>"),
        "onload": SVG.format('onload="alert(1)"', ""),
        "foreign object": SVG.format("", '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'),
        "link": SVG.format("", '<a href="javascript:alert(1)"><text>x</text></a>'),
        "entity": '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format("", "&x;"),
        "declaration": '<?xml version="1.0"?>' + SVG.format("", "<script/>"),
    }
    for what, text in svgs.items():
        yield case(f"svg with {what} as photo", photo("emblem.svg", text.encode(), "type_not_allowed", "image/svg+xml"))
        yield case(f"svg with {what} as document", document("emblem.svg", text.encode(), "type_not_allowed"))
    yield case("svg named png", photo("emblem.png", svgs["script"].encode(), "content_mismatch", "image/png"))
    yield case("svg declared as jpeg", photo("emblem.svg", svgs["script"].encode(), "type_not_allowed"))

    big = {
        "png of 81 megapixels": ("a.png", lambda: png(9000, 9000), "image/png"),
        "png of 400 megapixels": ("a.png", lambda: png(20000, 20000), "image/png"),
        "png claiming 2^31 pixels a side": ("a.png", lambda: png(2**31 - 1, 2**31 - 1, data=b"x"), "image/png"),
        "png of one very long row": ("a.png", lambda: png(90_000_000, 1, data=b"x"), "image/png"),
        "png of 49 megapixels in colour": ("a.png", lambda: png(7000, 7000, data=b"x", depth=8, colour=2), "image/png"),
        "png of 36 transparent megapixels": (
            "a.png",
            lambda: png(6000, 6000, data=b"x", depth=8, colour=6),
            "image/png",
        ),
        "jpeg claiming 65500 pixels a side": ("a.jpg", lambda: samples.jpeg_of_size(65500, 65500), "image/jpeg"),
        "jpeg of 72 megapixels": ("a.jpg", lambda: samples.jpeg_of_size(8500, 8500), "image/jpeg"),
        "webp claiming 16777216 pixels a side": ("a.webp", lambda: samples.webp_of_size(2**24, 2**24), "image/webp"),
        "webp of 268 megapixels": ("a.webp", lambda: samples.webp_of_size(16383, 16383), "image/webp"),
        "webp of 16 megapixels": ("a.webp", lambda: samples.webp_of_size(4000, 4000), "image/webp"),
    }
    for what, (name, data, content_type) in big.items():
        yield case(what, photo(name, data, "image_too_large", content_type))

    jpeg, small_png, webp = picture(), picture("PNG"), picture("WEBP")
    broken = {
        "jpeg cut in the middle": ("a.jpg", jpeg[: len(jpeg) // 2]),
        "jpeg of its first bytes": ("a.jpg", jpeg[:300]),
        "jpeg of 1000 scans": ("a.jpg", lambda: samples.jpeg_of_many_scans(1000)),
        "jpeg header before noise": ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20),
        "png cut in the middle": ("a.png", small_png[: len(small_png) // 2]),
        "png signature alone": ("a.png", small_png[:8]),
        "png of no size": ("a.png", png(0, 0, data=b"x")),
        "png with a wrong sum": ("a.png", small_png.replace(small_png[29:33], b"\0\0\0\0", 1)),
        "png whose pixels are no zlib stream": ("a.png", png(100, 100, data=b"no zlib stream at all")),
        "png with too few pixels": ("a.png", png(1000, 1000, data=png(10, 10)[41:-16])),
        "webp cut in the middle": ("a.webp", webp[: len(webp) // 2]),
        "webp header alone": ("a.webp", webp[:20]),
        "webp of an unknown kind": ("a.webp", webp.replace(b"VP8 ", b"VP9 ")),
    }
    for what, (name, data) in broken.items():
        yield case(what, photo(name, data, "image_damaged", "application/octet-stream"))
    yield case("animated webp", photo("a.webp", samples.animation("WEBP"), "image_animated", "image/webp"))
    yield case("animated png", photo("a.png", samples.animation("PNG"), "image_animated", "image/png"))

    for form in ("GIF", "TIFF", "BMP", "ICO", "PPM", "AVIF", "JPEG2000"):
        name = f"a.{form.lower()}"
        yield case(f"{form} picture", photo(name, picture(form, size=(64, 64)), "type_not_allowed", "image/x-other"))
        yield case(f"{form} named jpg", photo("a.jpg", picture(form, size=(64, 64)), "content_mismatch"))
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(100)
    yield case("HEIC of a phone", photo("IMG_1.HEIC", heic, "type_not_allowed", "image/heic"))
    for what, name in {"jpg": "a.jpg", "png": "a.png", "webp": "a.webp"}.items():
        yield case(f"empty {what}", photo(name, b"", "file_empty"))
    for name in ("a.pdf", "a.docx"):
        yield case(f"empty {name}", document(name, b"", "file_empty"))
    yield case("jpeg with an order-reversing name", photo("a\u202egpj.jpg", jpeg, "invalid_name"))
    yield case("jpeg with an isolate in its name", photo("a\u2066b.jpg", jpeg, "invalid_name"))


def mismatches():
    jpeg, small_png, webp, good_pdf, word = picture(), picture("PNG"), picture("WEBP"), pdf(), docx()
    for what, name, data in [
        ("web page named jpg", "a.jpg", HTML),
        ("web page named png", "a.png", b"\n  " + HTML),
        ("web page named webp", "a.webp", b"<html>" + bytes(100)),
        ("program named jpg", "a.jpg", PROGRAM),
        ("text named png", "a.png", b"plain text"),
        ("pdf named png", "a.png", good_pdf),
        ("word document named jpg", "a.jpg", word),
        ("png named jpg", "a.jpg", small_png),
        ("jpeg named png", "a.png", jpeg),
        ("jpeg named webp", "a.webp", jpeg),
        ("webp named jpg", "a.jpg", webp),
        ("jpeg named html", "a.html", jpeg),
        ("jpeg named svg", "a.svg", jpeg),
        ("jpeg named jpg.php", "a.jpg.php", jpeg),
        ("jpeg named htaccess", "a.htaccess", jpeg),
        ("jpeg named pdf", "a.pdf", jpeg),
        ("gif header before a web page", "a.jpg", b"GIF89a" + HTML),
        ("half a png signature", "a.png", b"\x89PNG\r\n" + HTML),
        ("riff that is a sound", "a.webp", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(100)),
    ]:
        yield case(what, photo(name, data, "content_mismatch", "application/octet-stream"))
    for what, name, data in [
        ("program named pdf", "a.pdf", PROGRAM),
        ("program for linux named docx", "a.docx", ELF),
        ("web page named pdf", "a.pdf", HTML),
        ("web page before a pdf", "a.pdf", HTML + good_pdf),
        ("postscript named pdf", "a.pdf", b"%!PS-Adobe-3.0\n" + bytes(100)),
        ("picture named pdf", "a.pdf", jpeg),
        ("word document named pdf", "a.pdf", word),
        ("pdf named docx", "a.docx", good_pdf),
        ("pdf named html", "a.html", good_pdf),
        ("pdf named exe", "a.exe", good_pdf),
        ("word document named docm", "a.docm", word),
        ("word document named zip", "a.zip", word),
        ("old word document named docx", "a.docx", OLE),
        ("plain archive named docx", "a.docx", docx({"x.txt": "x"}, without=("word/document.xml",))),
        ("archive without content types named docx", "a.docx", docx(without=("[Content_Types].xml",))),
        ("empty archive named docx", "a.docx", docx(without=("[Content_Types].xml", "word/document.xml"))),
    ]:
        yield case(what, document(name, data, "content_mismatch"))
    yield case("jpeg declared as web page", photo("a.jpg", jpeg, "content_mismatch", "text/html"))
    yield case("jpeg declared as png", photo("a.jpg", jpeg, "content_mismatch", "image/png"))
    yield case("jpeg declared as svg", photo("a.jpg", jpeg, "content_mismatch", "image/svg+xml; charset=utf-8"))
    yield case("pdf declared as web page", document("a.pdf", good_pdf, "content_mismatch", "text/html"))
    yield case("word document declared as pdf", document("a.docx", word, "content_mismatch", "application/pdf"))
    yield case("pdf as photo", photo("a.pdf", good_pdf, "type_not_allowed", "application/pdf"))
    yield case("photo as document", document("a.jpg", jpeg, "type_not_allowed", "image/jpeg"))
    yield case("web page as document", document("a.html", HTML, "type_not_allowed", "text/html"))
    yield case("text as document", document("a.txt", b"plain text", "type_not_allowed", "text/plain"))
    yield case("rtf as document", document("a.rtf", b"{\\rtf1\\ansi}", "type_not_allowed"))
    yield case("program as document", document("a.exe", PROGRAM, "type_not_allowed"))
    yield case("archive as document", document("a.zip", docx(without=("word/document.xml",)), "type_not_allowed"))


def pdfs():
    active = {
        "JavaScript at opening": pdf(JS, catalog="/OpenAction 10 0 R"),
        "JavaScript at opening, in place": pdf(catalog=f"/OpenAction {JS}"),
        "JavaScript with an escaped name": pdf("<< /S /J#61vaScript /JS (1) >>", catalog="/OpenAction 10 0 R"),
        "JavaScript with a comment between": pdf("<< /S %x\n/JavaScript /J#53 (1) >>", catalog="/OpenAction 10 0 R"),
        "JavaScript by an indirect name": pdf("<< /S 11 0 R >>", "/JavaScript", page="/AA << /O 10 0 R >>"),
        "JavaScript among the names": pdf(JS, catalog="/Names << /JavaScript << /Names [(a) 10 0 R] >> >>"),
        "JavaScript when a page opens": pdf(JS, page="/AA << /O 10 0 R >>"),
        "JavaScript of the document's events": pdf(JS, catalog="/AA << /WC 10 0 R >>"),
        "JavaScript on a link": pdf(page=f"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A {JS} >>]"),
        "JavaScript in a chain of actions": pdf(
            page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (http://x) /Next [" + JS + "] >> >>]"
        ),
        "JavaScript in an object stream": pdf_with_object_stream(JS),
        "JavaScript in a stream of other filters": pdf_with_object_stream(
            JS, filters="/Filter /ASCIIHexDecode", pack=lambda data: data.hex().encode() + b">"
        ),
        "JavaScript outside the reference table": pdf(stream=b"77 0 obj\n" + JS.encode() + b"\nendobj\n"),
        "JavaScript in a form field": pdf(catalog=f"/AcroForm << /Fields [<< /FT /Btn /T (a) /AA << /U {JS} >> >>] >>"),
        "a program started at opening": pdf(catalog="/OpenAction << /S /Launch /F (cmd.exe) >>"),
        "a program started by a link": pdf(
            page="/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /Win << /F (cmd.exe) >> >> >>]"
        ),
        "an embedded file": pdf(
            FILE,
            samples.stream_object(PROGRAM, "/Type /EmbeddedFile"),
            catalog="/Names << /EmbeddedFiles << /Names [(x) 10 0 R] >> >>",
        ),
        "an embedded file without a type": pdf(
            FILE, samples.stream_object(PROGRAM), catalog="/Names << /EmbeddedFiles << /Names [(x) 10 0 R] >> >>"
        ),
        "a file attached to a page": pdf(
            page="/Annots [<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /F (x.exe) >> >>]"
        ),
        "an associated file": pdf(FILE, samples.stream_object(b"x"), catalog="/AF [10 0 R]"),
        "a form that sends data": pdf(
            page="/Annots [<< /Subtype /Widget /Rect [0 0 9 9] /A << /S /SubmitForm /F (http://x) >> >>]"
        ),
        "a form that reads data": pdf(catalog="/OpenAction << /S /ImportData /F (x.fdf) >>"),
        "an XFA form": pdf(samples.stream_object(b"<xdp/>"), catalog="/AcroForm << /Fields [] /XFA 10 0 R >>"),
        "a jump into an embedded file": pdf(catalog="/OpenAction << /S /GoToE /T << /R /C >> >>"),
        "a web address opened at opening": pdf(catalog="/OpenAction << /S /URI /URI (http://x) >>"),
        "a web address opened by a page": pdf(page="/AA << /O << /S /URI /URI (http://x) >> >>"),
        "rich media": pdf(page="/Annots [<< /Subtype /RichMedia /Rect [0 0 9 9] >>]"),
        "JavaScript in an object stream outside the reference table": pdf(
            stream=b"77 0 obj\n" + samples.object_stream(JS) + b"\nendobj\n"
        ),
        "a script without an action": pdf("<< /JS (1) >>"),
        "a table of scripts": pdf(catalog="/Names << /JavaScript << /Names [] >> >>"),
        "a film": pdf(page="/Annots [<< /Subtype /Screen /Rect [0 0 9 9] /A << /S /Rendition /OP 0 >> >>]"),
        "a three-dimensional model": pdf(page="/Annots [<< /Subtype /3D /Rect [0 0 9 9] >>]"),
    }
    for action in ("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToE", "Rendition", "Movie", "Sound"):
        active[f"a link that does {action}"] = pdf(
            page=f"/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A << /S /{action} >> >>]"
        )
    for annotation in ("FileAttachment", "RichMedia", "3D", "Screen", "Movie", "Sound"):
        active[f"an annotation {annotation}"] = pdf(page=f"/Annots [<< /Subtype /{annotation} /Rect [0 0 9 9] >>]")
    for what, data in active.items():
        yield case(f"pdf with {what}", document("a.pdf", data, "pdf_active_content", "application/pdf"))
    good = pdf()
    broken = {
        "cut in the middle": good[: len(good) // 2],
        "signature alone": b"%PDF-1.7\n",
        "signature before noise": b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"%%EOF",
        "signature before a web page": b"%PDF-1.7\n" + HTML + b"%%EOF",
        "an archive behind its end": good + docx() * 3,
        "a web page behind its end": good + HTML * 50,
        "no pages": good.replace(b"/Kids [100 0 R]", b"/Kids []       ").replace(b"/Count 1", b"/Count 0"),
    }
    for what, data in broken.items():
        yield case(f"pdf with {what}", document("a.pdf", data, "pdf_damaged", "application/pdf"))
    bomb = pdf_with_object_stream("<< /A " + "(a)" * 40_000_000 + " >>")
    yield case("pdf whose object stream unpacks to 120 MB", document("a.pdf", bomb, "pdf_damaged"))
    locked = pdf(
        "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <" + "00" * 32 + "> /U <" + "00" * 32 + "> >>",
        trailer="/Encrypt 10 0 R /ID [<00> <00>]",
    )
    yield case("pdf with a password", document("a.pdf", locked, "pdf_encrypted"))


def archives():
    too_large = {
        "unpacking to 300 MB": lambda: docx({"word/document.xml": document_xml(paragraph("a" * 300_000_000))}, level=9),
        "a part 1000 times its size": lambda: docx({"word/media/a.bin": bytes(20_000_000)}, level=9),
        "200 parts of a MB each": lambda: docx(
            {f"word/media/{number}.bin": bytes(1_000_000) for number in range(200)}, level=9
        ),
        "100,000 members": lambda: samples.crowded(100_000),
        "65,000 members": lambda: samples.crowded(65_000),
        "2,001 members": lambda: docx({f"word/media/{number}.png": "" for number in range(2001)}),
        "the escape values of ZIP64": lambda: samples.patched(docx(), docx()[-14:-10], b"\xff\xff\xff\xff"),
    }
    for what, data in too_large.items():
        yield case(f"docx of {what}", document("a.docx", data, "archive_too_large"))
    unsafe = {
        "a member above the folder": docx({"../x": "x"}),
        "a member above a folder inside": docx({"word/../../x": "x"}),
        "a member at the root": docx({"/etc/passwd": "x"}),
        "a member with a backslash": samples.patched(docx({"word-x.xml": "<a/>"}), b"word-x", b"..\\x-x"),
        "a member on a drive": docx({"C:x": "x"}),
        "a member with NUL in its name": samples.patched(docx({"word-x.bin": "x"}), b"word-x", b"word\0x"),
        "a member with a line break in its name": docx({"word\nx": "x"}),
        "a symbolic link": docx({samples.symlink("word/link"): "/etc/passwd"}),
        "a member twice": samples.patched(docx({"word/a.xml": "<a/>", "word/b.xml": "<a/>"}), b"word/b", b"word/a"),
        "two members that differ in case": docx({"word/A.xml": "<a/>", "word/a.xml": "<a/>"}),
        "locked members": samples.encrypted(docx()),
        "bzip2": docx(compression=zipfile.ZIP_BZIP2),
        "damaged bzip2": samples.patched(docx(compression=zipfile.ZIP_BZIP2), b"BZh9", b"BZx9"),
        "lzma": docx(compression=zipfile.ZIP_LZMA),
        "an archive before it": docx() + docx(),
    }
    for what, data in unsafe.items():
        yield case(f"docx with {what}", document("a.docx", data, "archive_unsafe"))
    active = {
        "macros": docx({"word/vbaProject.bin": OLE}),
        "macros under another case": docx({"word/VbaProject.BIN": OLE}),
        "macro data": docx({"word/vbaData.xml": "<a/>"}),
        "a macro content type": docx({"[Content_Types].xml": CONTENT_TYPES_OF_MACROS}),
        "a control": docx({"word/activeX/activeX1.xml": "<a/>"}),
        "an embedded object": docx({"word/embeddings/oleObject1.bin": OLE}),
        "a template from the web": docx(
            {"word/_rels/settings.xml.rels": relation("attachedTemplate", "https://evil.example/t.dotm")}
        ),
        "a template from a share": docx(
            {"word/_rels/settings.xml.rels": relation("attachedTemplate", "file:////evil/share/t.dotm")}
        ),
        "an object from the web": docx(
            {"word/_rels/document.xml.rels": relation("oleObject", "https://evil.example/x")}
        ),
        "a frame from the web": docx({"word/_rels/webSettings.xml.rels": relation("frame", "https://evil.example/x")}),
    }
    for what, data in active.items():
        yield case(f"docx with {what}", document("a.docx", data, "docx_active_content"))
    xml = {
        "an external entity": {"word/document.xml": XXE + BODY},
        "an external entity in UTF-16": {"word/document.xml": (XXE + BODY).encode("utf-16")},
        "an entity expansion": {"word/document.xml": LAUGHS + BODY},
        "an entity expansion in its styles": {"word/styles.xml": LAUGHS + "<a>&i;</a>"},
        "an external entity in its relations": {"_rels/.rels": XXE + "<a/>"},
        "an external entity in its properties": {"docProps/app.xml": XXE + "<a>&x;</a>"},
        "an external document type": {"word/a.vml": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'},
        "an external entity in its content types": {"[Content_Types].xml": XXE + "<Types/>"},
        "70 kB before the first element": {"word/a.xml": f"<!--{'x' * 70_000}--><!DOCTYPE a [<!ENTITY x 'y'>]><a/>"},
    }
    for what, parts in xml.items():
        yield case(f"docx with {what}", document("a.docx", docx(parts), "xml_not_allowed"))
    good = docx()
    broken = {
        "a wrong sum": samples.patched(docx(compression=zipfile.ZIP_STORED), b"summary", b"SUMMARY"),
        "a wrong sum in a picture": samples.patched(
            docx({"word/media/a.png": "picture"}, compression=zipfile.ZIP_STORED), b"picture", b"PICTURE"
        ),
        "a list of what it is of 1.2 MB": lambda: docx(
            {"_rels/.rels": relation("officeDocument", "word/document.xml", "Internal") + " " * 1_200_000},
            compression=zipfile.ZIP_STORED,
        ),
        "relations of 6 MB": lambda: docx(
            {f"word/_rels/{part}.rels": relation("image", "a.png", "Internal") + " " * 2_000_000 for part in "abc"},
            compression=zipfile.ZIP_STORED,
        ),
        "XML that does not end": docx({"word/document.xml": document_xml()[:-20]}),
        "text for a document": docx({"word/document.xml": "no XML at all"}),
        "styles that are no XML": docx({"word/styles.xml": b"\x00\xff\x00"}),
        "a prolog in an unknown encoding": docx({"word/styles.xml": "<?xml version='1.0' encoding='x-none'?><a/>"}),
        "a prolog in an encoding of several bytes": docx(
            {"word/styles.xml": "<?xml version='1.0' encoding='gb2312'?><a/>"}
        ),
        "a prolog in no encoding of texts": docx({"word/styles.xml": "<?xml version='1.0' encoding='idna'?><a/>"}),
    }
    for what, data in broken.items():
        yield case(f"docx with {what}", document("a.docx", data, "docx_damaged"))
    mismatched = {
        "cut in the middle": good[: len(good) // 2],
        "a web page behind its end": good + HTML,
        "a comment at its end": docx(comment=HTML),
        "its beginning alone": good[:100],
        "a name that is no text": docx({"word/é.xml": "<a/>"}).replace("é".encode(), b"\xff\xff"),
    }
    for what, data in mismatched.items():
        yield case(f"docx with {what}", document("a.docx", data, "content_mismatch"))


CONTENT_TYPES_OF_MACROS = samples.CONTENT_TYPES.replace(
    "openxmlformats-officedocument.wordprocessingml.document.main", "ms-word.document.macroEnabled.main"
)
REFUSED = list(refused())


def test_the_corpus_has_the_hundred_and_fifty_files_that_goal_20_asks_for():
    assert len(REFUSED) >= 150
    assert len({made.id for made in REFUSED}) == len(REFUSED)


@pytest.fixture
def temporary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def files_below(folder):
    return [os.path.join(place, name) for place, _folders, names in os.walk(folder) for name in names]


def cpu_seconds():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


@pytest.mark.slow
@pytest.mark.parametrize(("store", "name", "content_type", "data", "code"), REFUSED)
def test_a_hostile_file_is_refused_with_its_reason_and_leaves_nothing(
    store, name, content_type, data, code, temporary_folder, settings
):
    data = data() if callable(data) else data
    before = cpu_seconds()
    with pytest.raises(ValidationError) as refusal:
        store(SimpleUploadedFile(name, data, content_type), by=None)

    assert refusal.value.code == code
    assert cpu_seconds() - before < 2
    readable = "".join(char for char in name if char.isprintable())
    assert f"“{readable}”" in refusal.value.messages[0]
    assert StoredFile.objects.count() == 0
    assert files_below(settings.STORED_FILES_ROOT) == files_below(temporary_folder) == []
