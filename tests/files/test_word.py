"""Word documents as people send them: what is read, and what is refused with its name."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from ctportal.files import inspection
from ctportal.files.verdict import Refused
from ctportal.files.word import read_docx
from tests.factories import store_document
from tests.files.samples import CONTENT_TYPES, OFFICE, RELS, W, document_xml, docx, paragraph
from tests.files.test_store import upload

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:new="urn:example:a-later-word" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    f'xmlns:r="{OFFICE}"'
)


@pytest.fixture
def one_process(monkeypatch):
    """Read documents here, since starting a process for each of many takes long."""

    def run_extraction(uploaded, _kind):
        uploaded.seek(0)
        try:
            pages, texts = read_docx(uploaded.read())
        except Refused as refused:
            return [{"verdict": refused.verdict, "detail": refused.detail, "kind": refused.kind}]
        return [{"verdict": "ok", "pages": pages}, *({"text": text} for text in texts)]

    monkeypatch.setattr(inspection, "run_extraction", run_extraction)


def text_of(data):
    return store_document(upload("a.docx", data), by=None).text


def body(*paragraphs):
    return document_xml(*paragraphs).replace("<w:document ", f"<w:document {NAMESPACES} ", 1)


def word(*paragraphs, **parts):
    """Return a DOCX with *paragraphs*. *parts* are named with "__" for "/"."""
    named = {name.replace("__", "/"): data for name, data in parts.items()}
    return docx({"word/document.xml": body(*paragraphs)} | named)


def run(text, form=""):
    return f'<w:r><w:rPr>{form}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs, form=""):
    return f"<w:p><w:pPr>{form}</w:pPr>{''.join(runs)}</w:p>"


def mark(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(*instructions, result="result"):
    """A field whose instruction is split over several runs."""
    code = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in instructions)
    return mark("begin") + code + mark("separate") + run(result) + mark("end")


def relations(*items, mode=None):
    mode = f' TargetMode="{mode}"' if mode else ""
    entries = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
        for n, (kind, target) in enumerate(items)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{RELS}">{entries}</Relationships>'


def notes(kind, **texts):
    entries = "".join(f'<w:{kind} w:id="{number[1:]}">{content}</w:{kind}>' for number, content in texts.items())
    return f'<?xml version="1.0"?><w:{kind}s xmlns:w="{W}">{entries}</w:{kind}s>'


def styles(*definitions):
    return f'<?xml version="1.0"?><w:styles xmlns:w="{W}">{"".join(definitions)}</w:styles>'


def style(name, *, kind="character", hidden=None, base=""):
    base = f'<w:basedOn w:val="{base}"/>' if base else ""
    vanish = "" if hidden is None else f'<w:rPr><w:vanish w:val="{int(hidden)}"/></w:rPr>'
    return f'<w:style w:type="{kind}" w:styleId="{name}">{base}{vanish}</w:style>'


def alternatives(*choices, fallback=""):
    parts = "".join(f'<mc:Choice Requires="{prefix}">{content}</mc:Choice>' for prefix, content in choices)
    return f"<mc:AlternateContent>{parts}<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"


def box(text):
    return f"<w:drawing><wps:txbx><w:txbxContent>{paragraph(text)}</w:txbxContent></wps:txbx></w:drawing>"


def sym(font, char):
    return f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>'


def section(*headers, title=None, **others):
    """The end of a section with *headers*, identifiers of relations, and *others* by type. r3 is a footer."""
    named = [("default", link) for link in headers] + list(others.items())
    references = "".join(
        f'<w:{"footer" if link == "r3" else "header"}Reference w:type="{name}" r:id="{link}"/>' for name, link in named
    )
    title = "" if title is None else f'<w:titlePg w:val="{title}"/>'
    return f"<w:sectPr>{references}{title}</w:sectPr>"


def header(text):
    return f'<?xml version="1.0"?><w:hdr xmlns:w="{W}">{p(run(text), run("HIDDEN", "<w:vanish/>"))}</w:hdr>'


def with_headers(*paragraphs, even=None):
    """A document with a header r0, its copy r1, another one r2, and a footer r3; r4 are the settings."""
    kinds = [("header", "a.xml"), ("header", "b.xml"), ("header", "c.xml"), ("footer", "d.xml"), ("settings", "s.xml")]
    setting = "" if even is None else f'<w:evenAndOddHeaders w:val="{even}"/>'
    return word(
        *paragraphs,
        **{
            "word/_rels/document.xml.rels": relations(*kinds),
            "word/a.xml": header("Press release"),
            "word/b.xml": header("Press release"),
            "word/c.xml": header("Annex"),
            "word/d.xml": header("UN / OSCE"),
            "word/s.xml": f'<?xml version="1.0"?><w:settings xmlns:w="{W}">{setting}</w:settings>',
        },
    )


RUBY = (
    "<w:r><w:ruby><w:rt><w:r><w:t>kǒng</w:t></w:r></w:rt>"
    "<w:rubyBase><w:r><w:t>恐</w:t></w:r></w:rubyBase></w:ruby></w:r>"
)
MAIN = '<Override PartName="/{}" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'


def renamed(part, target=None):
    """A document whose main part has another name."""
    types = CONTENT_TYPES.replace('PartName="/word/document.xml"', f'PartName="/{part}"')
    return docx(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relations(("officeDocument", target or part)),
            part: body(p(run("Found by its relation"))),
        },
        without=("word/document.xml",),
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("d-document2", ["The main part has another name"]),
        ("d-mac-template", ["Mac template"]),
        ("d-nobreakhyphen", ["The counter‑terrorism week, 3‑4 September"]),
        ("d-textbox-in-run", ["Before the box after the box", "inside the box"]),
        ("d-rprchange-vanish", ["visible now tail"]),
        ("d-footnote", ["Body text", "General Assembly resolution 72/284 in a footnote."]),
        ("d-ruby", ["反恐会议"]),
        ("d-softhyphen", ["cooperation", "multilateral"]),
    ],
)
def test_a_word_document_is_read_as_word_shows_it(name, lines):
    assert text_of((CASES / f"{name}.docx").read_bytes()).split("\n") == lines


READ = {
    # Parts by their relations
    "a main part elsewhere": (renamed("word/document7.xml"), ["Found by its relation"]),
    "a main part in another folder": (renamed("text/main.xml"), ["Found by its relation"]),
    "an absolute target": (renamed("word/main.xml", "/word/main.xml"), ["Found by its relation"]),
    "a target in another case": (renamed("word/Main.xml", "WORD/main.XML"), ["Found by its relation"]),
    "a target with an escape": (renamed("word/main part.xml", "word/main%20part.xml"), ["Found by its relation"]),
    "footnotes under another name": (
        word(
            p(run("Body"), '<w:r><w:footnoteReference w:id="4"/></w:r>'),
            word__notes7_xml="",
            **{
                "word/_rels/document.xml.rels": relations(("footnotes", "../word/notes7.xml")),
                "word/notes7.xml": notes("footnote", n4=paragraph("A/RES/72/284")),
            },
        ),
        ["Body", "A/RES/72/284"],
    ),
    "notes in the order of the text": (
        word(
            p(
                '<w:r><w:endnoteReference w:id="2"/></w:r>',
                run("Body"),
                '<w:r><w:footnoteReference w:id="3"/></w:r><w:r><w:footnoteReference w:id="1"/></w:r>',
            ),
            **{
                "word/_rels/document.xml.rels": relations(
                    ("endnotes", "endnotes.xml"), ("footnotes", "/word/footnotes.xml")
                ),
                "word/footnotes.xml": notes(
                    "footnote", n1=paragraph("second"), n2=paragraph("ORPHAN"), n3=paragraph("first")
                ),
                "word/endnotes.xml": notes("endnote", n2=paragraph("the end")),
            },
        ),
        ["Body", "first", "second", "the end"],
    ),
    "a note whose reference is deleted": (
        word(
            p(run("Body"), '<w:del><w:r><w:footnoteReference w:id="1"/></w:r></w:del>'),
            **{
                "word/_rels/document.xml.rels": relations(("footnotes", "footnotes.xml")),
                "word/footnotes.xml": notes("footnote", n1=paragraph("SECRET")),
            },
        ),
        ["Body"],
    ),
    "strict OOXML": (
        docx({"word/document.xml": body(p(run("Strict"), run("HIDDEN", "<w:vanish/>"))).replace(W, STRICT)}),
        ["Strict"],
    ),
    # Headers and footers
    "headers and footers once, after the body": (
        with_headers(
            p(run("one"), form=section("r0", "r3")),
            p(run("two"), form=section("r1")),
            section("r2"),
        ),
        ["one", "two", "Press release", "UN / OSCE", "Annex"],
    ),
    "headers of the first page and of even pages": (
        with_headers(p(run("one"), form=section("r0", first="r2", even="r3", title=1)), even=1),
        ["one", "Press release", "Annex", "UN / OSCE"],
    ),
    "headers that no page shows": (
        with_headers(
            p(run("one"), form=section("r0", first="r2", even="r3")),
            p(run("two"), form=section(first="r3", title=0)),
            p(run("three"), form=f"<w:sectPr><w:sectPrChange>{section('r3')}</w:sectPrChange></w:sectPr>"),
            even=0,
        ),
        ["one", "two", "three", "Press release"],
    ),
    "a first page with the header of the section before": (
        with_headers(p(run("one"), form=section(first="r2")), p(run("two"), form=section(title=1))),
        ["one", "two", "Annex"],
    ),
    # Elements that stand for a character
    "tabs and breaks": (
        word("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/><w:t>d</w:t></w:r></w:p>"),
        ["a\tb", "c", "d"],
    ),
    "the stops of tabs": (word(p(run("a"), form='<w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs>')), ["a"]),
    "hyphens": (
        word(
            "<w:p><w:r><w:t>2018</w:t><w:noBreakHyphen/><w:t>2019 co</w:t><w:softHyphen/><w:t>operation</w:t></w:r></w:p>"
        ),
        ["2018‑2019 cooperation"],
    ),
    "signs of Symbol": (word(p(sym("Symbol", "F0B7"), sym("Symbol", "F061"), sym("Symbol", "F0B3"))), ["•α≥"]),
    "signs of Wingdings": (
        word(p(sym("Wingdings", "F0FC"), sym("Wingdings", "F0E0"), sym("Wingdings", "00A8"))),
        ["✓→◻"],
    ),
    "signs of other fonts": (word(p(sym("Times New Roman", "F0B0"), sym("Arial", "2265"), run("C"))), ["°≥C"]),
    "unknown signs": (word(p(run("a"), sym("Wingdings 3", "F041"), sym("x", "none"), run("b"))), ["a\ufffd\ufffdb"]),
    "signs typed as text": (word(p(run("\uf0a7 a", '<w:rFonts w:ascii="Wingdings"/>'), run("\uf0b7 b"))), ["▪ a• b"]),
    "a sign in colour, as newer versions of Word write it": (
        word(
            p(
                run("a"),
                '<w:r xmlns:e="http://schemas.microsoft.com/office/word/2015/wordml/symex">'
                + alternatives(("e", '<e:symEx e:font="Segoe UI Emoji" e:char="1F600"/>'), fallback="<w:t>no</w:t>")
                + "</w:r>",
            )
        ),
        ["a😀"],
    ),
    "a fraction": (
        word(
            "<w:p><m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f></m:oMath></w:p>"
        ),
        ["3/4"],
    ),
    "a formula": (word("<w:p><m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath></w:p>"), ["x=2"]),
    # Text boxes and alternatives
    "a box within a word": (word(p(run("coun"), f"<w:r>{box('inside')}</w:r>", run("ter"))), ["counter", "inside"]),
    "alternatives within alternatives": (
        word(
            p(
                "<w:r>"
                + alternatives(("wps", alternatives(("wps", box("inner")), fallback=box("no"))), fallback=box("no"))
                + "</w:r>"
            )
        ),
        ["inner"],
    ),
    "two choices": (word(p("<w:r>" + alternatives(("wps", box("one")), ("wps", box("two"))) + "</w:r>")), ["one"]),
    "a choice that Word does not know": (
        word(p("<w:r>" + alternatives(("new", box("later")), fallback=box("now")) + "</w:r>")),
        ["now"],
    ),
    "a hidden box": (word(p(run("a"), f"<w:r><w:rPr><w:vanish/></w:rPr>{box('SECRET')}</w:r>")), ["a"]),
    # Annotations within words
    "ruby within a run": (word(f"<w:p><w:r><w:t>反</w:t>{RUBY[5:-6]}<w:t>会议</w:t></w:r></w:p>"), ["反恐会议"]),
    "ruby after a hidden run": (word(p(run("SECRET", "<w:vanish/>"), RUBY)), ["恐"]),
    "a word in ruby with a note": (
        word(p(run("反"), RUBY, "<w:r><w:annotationRef/></w:r>", run("会议"))),
        ["反恐会议"],
    ),
    # Fields
    "a field's result": (word(p(run("see "), field(" REF ", "_Toc1 \\h ", result="Annex I"))), ["see Annex I"]),
    "a simple field": (
        word(f'<w:p><w:fldSimple w:instr=" DATE ">{run("3 September")}</w:fldSimple></w:p>'),
        ["3 September"],
    ),
    "a field within an instruction": (
        word(
            p(
                mark("begin"),
                "<w:r><w:instrText> IF </w:instrText></w:r>",
                field("MERGEFIELD x", result="no"),
                run("no"),
                mark("separate"),
                run("yes"),
                mark("end"),
            )
        ),
        ["yes"],
    ),
    "a field within a result": (
        word(p(field("TOC", result="1. " + "</w:t></w:r>" + field("PAGEREF a", result="7") + "<w:r><w:t>"))),
        ["1. 7"],
    ),
    "a deleted end of a field": (
        word(p(mark("begin"), mark("separate"), run("a"), f"<w:del>{mark('end')}</w:del>", run("b"))),
        ["ab"],
    ),
    # Revisions and hidden text
    "moved text": (
        word(p(f"<w:moveFrom>{run('moved')}</w:moveFrom>", run("a")), p(f"<w:moveTo>{run('moved')}</w:moveTo>")),
        ["a", "moved"],
    ),
    "a deleted end of a paragraph": (word(p(run("one "), form="<w:rPr><w:del/></w:rPr>"), p(run("two"))), ["one two"]),
    "a hidden end of a paragraph": (
        word(p(run("one "), form="<w:rPr><w:vanish/></w:rPr>"), p(run("two"))),
        ["one two"],
    ),
    "a former format of a paragraph": (
        word(p(run("a"), form="<w:pPrChange><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr></w:pPrChange>"), p(run("b"))),
        ["a", "b"],
    ),
    "text not hidden any more": (
        word(p(run("a", '<w:vanish w:val="false"/>'), run("SECRET", '<w:vanish w:val="1"/>'))),
        ["a"],
    ),
    "text hidden on the web alone": (word(p(run("a", "<w:webHidden/>"))), ["a"]),
    "text hidden by styles": (
        word(
            p(
                run("SECRET", '<w:rStyle w:val="Hidden"/>'),
                run("SECRET", '<w:rStyle w:val="Heir"/>'),
                run("a", '<w:rStyle w:val="Shown"/>'),
            ),
            p(
                run("SECRET"),
                run("b", '<w:vanish w:val="0"/>'),
                run("c", '<w:rStyle w:val="Heir"/>'),
                form='<w:pStyle w:val="Para"/>',
            ),
            **{
                "word/_rels/document.xml.rels": relations(("styles", "styles.xml")),
                "word/styles.xml": styles(
                    style("Hidden", hidden=True),
                    style("Heir", base="Hidden"),
                    style("Shown", hidden=False, base="Hidden"),
                    style("Para", kind="paragraph", hidden=True),
                ),
            },
        ),
        ["a", "bc"],
    ),
}


@pytest.mark.parametrize("what", READ)
def test_what_stands_in_a_word_document_is_read_once_and_in_order(one_process, what):
    data, lines = READ[what]

    assert text_of(data).split("\n") == lines


def test_marks_of_direction_and_signs_that_nobody_can_type_are_not_in_the_text():
    assert text_of(word(p(run("\u202eabc\u202c \u2067d\u2069\uf8ffe")))) == "abc d e"


# What is loaded or acts at opening


def with_relation(kind, target, part="word/_rels/document.xml.rels", mode="External"):
    return docx({part: relations((kind, target), mode=mode)})


def with_template(target):
    return with_relation("attachedTemplate", target, "word/_rels/settings.xml.rels")


REFUSED = {
    "a picture from the web": (
        with_relation("image", "http://evil.example/x.png"),
        "a linked picture: http://evil.example/x.png",
    ),
    "a picture by https": (
        with_relation("image", "https://evil.example/x.png"),
        "a linked picture: https://evil.example/x.png",
    ),
    "a picture on a disk": (with_relation("image", "file:///C:/x.png"), "a linked picture: file:///C:/x.png"),
    "a picture on a share": (with_relation("image", "\\\\evil\\x.png"), "a linked picture: \\\\evil\\x.png"),
    "a picture that is not called external": (
        with_relation("image", "http://evil.example/x.png", mode=None),
        "a linked picture: http://evil.example/x.png",
    ),
    "a picture of a header": (
        with_relation("image", "//evil/x.png", "word/_rels/header1.xml.rels"),
        "a linked picture: //evil/x.png",
    ),
    "a picture of the old kind": (
        word(p('<w:r><w:pict><v:imagedata src="http://evil.example/x.png"/></w:pict></w:r>')),
        "a linked picture: http://evil.example/x.png",
    ),
    "a template from the web": (
        with_template("https://evil.example/t.dotm"),
        "a template: https://evil.example/t.dotm",
    ),
    "a template by http": (with_template("HTTP://evil.example/t.dotm"), "a template: HTTP://evil.example/t.dotm"),
    "a template on a share": (with_template("\\\\evil\\share\\t.dotm"), "a template: \\\\evil\\share\\t.dotm"),
    "a template on a share, as address": (
        with_template("file://evil/share/t.dotm"),
        "a template: file://evil/share/t.dotm",
    ),
    "a template on a share, with more strokes": (
        with_template("file://///evil/share/t.dotm"),
        "a template: file://///evil/share/t.dotm",
    ),
    "a template on a share, with other strokes": (
        with_template("file:\\\\evil\\t.dotm"),
        "a template: file:\\\\evil\\t.dotm",
    ),
    "a template on a share, escaped": (
        with_template("%5C%5Cevil%5Cshare%5Ct.dotm"),
        "a template: %5C%5Cevil%5Cshare%5Ct.dotm",
    ),
    "a template from the web, escaped": (
        with_template("%68ttp://evil.example/t.dotm"),
        "a template: %68ttp://evil.example/t.dotm",
    ),
    "a template from the web behind a path": (
        with_template("file:///http://evil.example/t"),
        "a template: file:///http://evil.example/t",
    ),
    "a link to a file": (with_relation("hyperlink", "file:///C:/x.exe"), "a link to “file:///C:/x.exe”"),
    "a link to a share": (with_relation("hyperlink", "\\\\evil\\x"), "a link to “\\\\evil\\x”"),
    "a link that is a script": (with_relation("hyperlink", "javascript:alert(1)"), "a link to “javascript:alert(1)”"),
    "a picture that is called a link": (
        word(
            p('<w:r><w:drawing><a:blip xmlns:a="urn:a" r:link="r0"/></w:drawing></w:r>'),
            **{"word/_rels/document.xml.rels": relations(("hyperlink", "https://evil.example/x.png"), mode="External")},
        ),
        "a link: blip",
    ),
    "a template that is called a link": (
        docx(
            {
                "word/settings.xml": f'<w:settings xmlns:w="{W}" xmlns:r="{OFFICE}"><w:attachedTemplate r:id="r0"/></w:settings>',
                "word/_rels/settings.xml.rels": relations(
                    ("hyperlink", "https://evil.example/t.dotm"), mode="External"
                ),
            }
        ),
        "a link: attachedTemplate",
    ),
    "a frame": (
        with_relation("frame", "https://evil.example/x", "word/_rels/webSettings.xml.rels"),
        "a frame: https://evil.example/x",
    ),
    "a subdocument": (with_relation("subDocument", "part2.docx"), "a subdocument: part2.docx"),
    "a linked film": (
        with_relation("video", "https://evil.example/x.mp4"),
        "a sound or film: https://evil.example/x.mp4",
    ),
    "a linked object": (with_relation("oleObject", "file:///C:/x.xlsx"), "an embedded object: file:///C:/x.xlsx"),
    "an unknown thing from elsewhere": (
        with_relation("newThing", "https://evil.example/x"),
        "newthing: https://evil.example/x",
    ),
    "an object inside": (
        with_relation("oleObject", "embeddings/x.dat", mode=None),
        "an embedded object: embeddings/x.dat",
    ),
    "an object in the text": (
        word(p('<w:r><w:object><o:OLEObject Type="Embed" ProgID="Excel.Sheet.12"/></w:object></w:r>')),
        "an embedded object: Excel.Sheet.12",
    ),
    "a control in the text": (word(p('<w:r><w:control w:name="x"/></w:r>')), "a control"),
    "an inserted file": (with_relation("aFChunk", "chunk.htm", mode=None), "an inserted file: chunk.htm"),
    "an inserted file in the text": (word('<w:altChunk r:id="r1"/>'), "an inserted file"),
    "an add-in": (
        with_relation("webextensiontaskpanes", "word/webextensions/taskpanes.xml", "_rels/.rels", mode=None),
        "an add-in: word/webextensions/taskpanes.xml",
    ),
    "a data source": (
        docx(
            {
                "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:mailMerge><w:connectString w:val="DSN=x"/></w:mailMerge></w:settings>'
            }
        ),
        "a data source: DSN=x",
    ),
}
INSTRUCTIONS = {
    "DDE": "DDE cmd x",
    "DDEAUTO": "ddeauto cmd x",
    "INCLUDETEXT": "INCLUDETEXT file.docx",
    "INCLUDEPICTURE": "INCLUDEPICTURE http://evil.example/x.png \\d",
    "INCLUDE": "INCLUDE file.docx",
    "IMPORT": "IMPORT x.png",
    "LINK": "LINK Excel.Sheet.12 x.xlsx",
    "DATABASE": "DATABASE \\d x",
}
FIELDS = {
    "simple": lambda code: p(f'<w:fldSimple w:instr=" {code} "/>'),
    "split": lambda code: p(field(" ", code[:2], code[2:5], code[5:])),
    "over paragraphs": lambda code: p(mark("begin"), f"<w:r><w:instrText>{code[:3]}</w:instrText></w:r>") + p(f"<w:r><w:instrText>{code[3:]}</w:instrText></w:r>", mark("end")),
    "without end": lambda code: p(mark("begin"), f"<w:r><w:instrText>{code}</w:instrText></w:r>"),
    "as text": lambda code: p(mark("begin"), run(code), mark("separate"), mark("end")),
    "deleted": lambda code: p(mark("begin"), f"<w:del><w:r><w:delInstrText>{code}</w:delInstrText></w:r></w:del>", mark("end")),
    "hidden": lambda code: p(mark("begin"), f"<w:r><w:rPr><w:vanish/></w:rPr><w:instrText>{code}</w:instrText></w:r>", mark("end")),
    "within a field": lambda code: p(field("IF 1 = 1 ", result="</w:t></w:r>" + field(code) + "<w:r><w:t>")),
    "in an instruction": lambda code: p(mark("begin"), "<w:r><w:instrText>IF </w:instrText></w:r>", field(code), mark("separate"), mark("end")),
    "in a text box": lambda code: p("<w:r>" + box("").replace(paragraph(""), p(field(code))) + "</w:r>"),
    "in a second form": lambda code: p("<w:r>" + alternatives(("wps", box("x")), fallback=p(field(code))) + "</w:r>"),
}  # fmt: skip
NAMED = {
    f"{name}, {form}": (word(FIELDS[form](code)), f"a field: {code[:9]}")
    for name, code in INSTRUCTIONS.items()
    for form in ("simple", "split")
}
NAMED |= {f"DDEAUTO {form}": (word(make("DDEAUTO cmd x")), "a field: DDEAUTO cmd x") for form, make in FIELDS.items()}
NAMED |= {
    "a name made by a field": (word(p(mark("begin"), field("QUOTE 68 68 69"), mark("separate"), mark("end"))), "a field: {…}"),
    "half a name made by a field": (word(p(mark("begin"), "<w:r><w:instrText>DDE</w:instrText></w:r>", field("QUOTE 65"), mark("end"))), "a field: DDE{…}"),
    "a field over alternatives": (word(p(mark("begin"), alternatives(("wps", mark("end"))))), "a field: AlternateContent"),
    "a link field to a file": (word(p(field('HYPERLINK "file:///C:/x.exe"'))), "a link: file:///C:/x.exe"),
    "a link field to a share": (word(p(field("HYPERLINK ", "\\\\\\\\host\\\\x"))), "a link: \\\\\\\\host"),
    "a link field to a share behind a switch": (word(p(field('HYPERLINK \\o "a tip" \\n "\\\\\\\\host\\\\x"'))), "a link: \\\\\\\\host\\\\x"),
    "a link field to a file behind a place": (word(p(field('HYPERLINK \\l place file:///C:/x.exe'))), "a link: file:///C:/x.exe"),
    "a link field to a script": (word(p(field("hyperlink  javascript:x"))), "a link: javascript:x"),
    "DDE in a header": (docx({"word/header1.xml": body(p(field("DDE x y"))).replace("w:document", "w:hdr")}), "a field: DDE x y"),
    "DDE in a header without content type": (
        docx({
            "word/header1.bin": body(p(field("DDE x y"))),
            "word/_rels/document.xml.rels": relations(("header", "header1.bin")),
        }),
        "a field: DDE x y",
    ),
    "DDE in a footnote": (docx({"word/footnotes.xml": notes("footnote", n1=p(field("DDE x y")))}), "a field: DDE x y"),
    "DDE in UTF-16": (docx({"word/document.xml": body(p(field("DDE x y"))).replace("UTF-8", "UTF-16").encode("utf-16")}), "a field: DDE x y"),
    "DDE in strict OOXML": (docx({"word/document.xml": body(p(field("DDE x y"))).replace(W, STRICT)}), "a field: DDE x y"),
    "DDE in a part that hides what it is": (
        docx({
            "[Content_Types].xml": CONTENT_TYPES.replace("</Types>", '<Override PartName="/word/header1.bin" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>'),
            "word/header1.bin": body(p(field("DDE x y"))),
        }),
        "a field: DDE x y",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED | NAMED)
def test_what_is_loaded_or_acts_at_opening_is_refused_with_its_name(one_process, what):
    data, named = (REFUSED | NAMED)[what]

    with pytest.raises(ValidationError) as refusal:
        text_of(data)

    assert (refusal.value.code, named in refusal.value.messages[0]) == ("docx_active_content", True), refusal.value


HARMLESS = {
    "a template of Windows": with_template("file:///C:\\Users\\editor\\Letter.dotx"),
    "a template of macOS": with_template("file:///Users/editor/Letter.dotx"),
    "a template of macOS, with its machine": with_template("file://localhost/Users/editor/Letter.dotx"),
    "a template of an old Mac": with_template("Macintosh%20HD:Users:editor:Letter.dotx"),
    "a template by its drive": with_template("C:\\Templates\\Letter.dotx"),
    "a template by its name": with_template("Normal.dotm"),
    "a link": with_relation("hyperlink", "HTTPS://www.un.org/"),
    "a link to a mailbox": with_relation("hyperlink", "mailto:press@example.org"),
    "a link in the text": word(
        p(f'<w:hyperlink r:id="r0">{run("here")}</w:hyperlink>'),
        **{"word/_rels/document.xml.rels": relations(("hyperlink", "https://www.un.org/"), mode="External")},
    ),
    "a link within the document": with_relation("hyperlink", "#_Toc1"),
    "a picture inside": with_relation("image", "media/image1.png", mode="Internal"),
    "a field that shows something": word(
        p(field("HYPERLINK ", "https://www.un.org/"), field("PAGE"), field("=", "2+2"))
        + p(
            field('HYPERLINK \\o "a tip" \\t "_blank" "https://www.un.org/" \\l x'),
            field("HYPERLINK https://www.un.org/a b"),
        )
        + p(field('HYPERLINK \\l "_Toc1"'), field('HYPERLINK "mailto:press@example.org" \\o "Write"'))
    ),
    "a field that begins like DDE": word(p(field("DDELETE"), field("LINKED"), field("REF DDE"))),
    "a sum of fields": word(
        p(mark("begin"), "<w:r><w:instrText>=</w:instrText></w:r>", field("PAGE"), mark("separate"), mark("end"))
    ),
    "the word DDE": word(p(run("DDE and INCLUDETEXT are fields"))),
    "letters without data": docx(
        {
            "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:mailMerge><w:connectString w:val=""/></w:mailMerge></w:settings>'
        }
    ),
    "a picture of the old kind": word(p('<w:r><w:pict><v:imagedata r:id="r1" src="" o:title="x"/></w:pict></w:r>')),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_neither_acts_nor_is_loaded_is_accepted(one_process, what):
    assert store_document(upload("a.docx", HARMLESS[what]), by=None).pk


def test_a_workbook_named_docx_is_no_word_document():
    types = CONTENT_TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet").replace(
        "word/document", "xl/workbook"
    )
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": "<a/>",
    }

    with pytest.raises(ValidationError) as refusal:
        text_of(docx(parts, without=("word/document.xml",)))

    assert refusal.value.code == "content_mismatch"
