"""What a photo says of itself is read as who wrote it meant it, from wherever it stands."""

import hashlib
import io
import struct
import zlib
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from ctportal.files.machine_text import says_nothing
from ctportal.files.photo_metadata import read_metadata
from tests.files.samples import picture, png_chunk

CASES = Path(__file__).parent / "cases"
NOTHING = {"caption": "", "credit": "", "rights": "", "taken_on": None, "place": ""}
FORMS = ("JPEG", "PNG", "WEBP")
BYLINE, CREDIT, CAPTION, COPYRIGHT, CREATED, CITY, COUNTRY, PROGRAM = 80, 110, 120, 116, 55, 90, 101, 65
UTF_8 = b"\x1b%G"


def read(data):
    """Return what is read from *data*, without what is empty."""
    found = read_metadata(io.BytesIO(data))
    assert found.keys() == NOTHING.keys()
    return {name: value for name, value in found.items() if value}


def iptc(*sets, charset=b""):
    """Return IPTC of the data *sets*, (number, bytes) each."""
    sets = [*([(1, 90, charset)] if charset else []), (2, 0, b"\0\4"), *((2, number, text) for number, text in sets)]
    return b"".join(b"\x1c" + struct.pack(">BBH", record, number, len(text)) + text for record, number, text in sets)


def resources(block, digest=b""):
    """Return Photoshop's image resources that hold IPTC and, where *digest* is given, its checksum."""
    out = b""
    for number, content in [(0x0404, block), *([(0x0425, digest)] if digest else [])]:
        out += b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + bytes(len(content) % 2)
    return out


def xmp(properties="", attributes=""):
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
        f' xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" {attributes}>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>'
        f'{" " * 200}<?xpacket end="w"?>'
    ).encode()


def alt(name, **texts):
    choices = "".join(f'<rdf:li xml:lang="{code.replace("_", "-")}">{text}</rdf:li>' for code, text in texts.items())
    return f"<{name}><rdf:Alt>{choices}</rdf:Alt></{name}>"


def seq(name, *texts):
    return f"<{name}><rdf:Seq>{''.join(f'<rdf:li>{text}</rdf:li>' for text in texts)}</rdf:Seq></{name}>"


def exif(taken="", **tags):
    """Return EXIF with texts as bytes or str; *tags* are Pillow's names of tags."""
    made = Image.Exif()
    for name, value in tags.items():
        made[getattr(Image.ExifTags.Base, name)] = value
    if taken:
        made.get_ifd(0x8769)[0x9003] = taken
    return made


def photo(form="JPEG", *, iptc=b"", xmp=b"", exif=None, digest=b""):
    """Return the bytes of a picture with metadata of these kinds."""
    options = {"exif": exif} if exif else {}
    if form != "PNG":
        if iptc:
            block = b"Photoshop 3.0\0" + resources(iptc, digest)
            options["extra"] = b"\xff\xed" + struct.pack(">H", len(block) + 2) + block
        return picture(form, size=(60, 40), **options, **({"xmp": xmp} if xmp else {}))
    data, chunks = picture(form, size=(60, 40), **options), b""
    if xmp:
        chunks += png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    if iptc:
        chunks += iptc_chunk(resources(iptc))
    return data[:33] + chunks + data[33:]


def iptc_chunk(block, title=b"IPTC profile"):
    profile = zlib.compress(b"\n%b\n%8d\n%b\n" % (title, len(block), block.hex().encode()))
    return png_chunk(b"zTXt", b"Raw profile type iptc\0\0" + profile)


# The cases

TRUE_VALUES = {
    "ph-olympus.jpg": {},
    "ph-nulls.jpg": {},
    "ph-cp1251.jpg": {"caption": "Открытие конференции", "credit": "Иван Пример"},
    "ph-trunc.jpg": {
        "credit": "Institute of Examples and Other Samples/Example, Sample, Johanna Longname (Institute of Examples)"
    },
    "ph-xmponly.jpg": {
        "caption": "Delegates arrive (XMP only)",
        "credit": "Example Agency/Jo Example",
        "rights": "© Example Agency",
        "taken_on": date(2019, 9, 3),
    },
    "ph-x.png": {"caption": "PNG XMP", "credit": "Png Person"},
    "ph-xmporient.jpg": {},
    "ph-grey16-trns.png": {},
}


@pytest.mark.parametrize("name", TRUE_VALUES)
def test_each_case_is_read_right(name):
    assert read((CASES / name).read_bytes()) == TRUE_VALUES[name]


# Character sets of IPTC

CAPTIONS = {
    "utf-8": [
        "Plenary: Ministers of 12 States – “never again”",
        "المؤتمر الإقليمي في مينسك",
        "全球反恐战略",
        "Ковалёв, Müller и أحمد",
    ],
    "cp1251": [
        "Делегаты на открытии конференции в Минске, 3–4 сентября 2019 года",
        "ОТКРЫТИЕ КОНФЕРЕНЦИИ",
        "Учасники зустрічі в Києві",
        "Photo: министр иностранных дел (OSCE)",
        "Съезд",
    ],
    "cp1252": [
        "La conférence régionale – « Lutte contre le terrorisme »",
        "Müller, Zürich",
        "Señor Muñoz en la sesión de apertura",
        "ÉLÈVES À GENÈVE",
        "the chair’s “closing remarks” – day one",
        "São Paulo, Conceição",
        "Þórður Guðmundsson, Reykjavík",
        "Ærø, Øresund",
    ],
    "cp1256": [
        "افتتاح المؤتمر الإقليمي في القاهرة",
        "وفد مصر، القاهرة",
        "الأمم المتحدة",
        "UN Photo، أحمد علي",
        "پاکستان کنفرانس",
    ],
}


@pytest.mark.parametrize(
    ("encoding", "text"), [(encoding, text) for encoding, texts in CAPTIONS.items() for text in texts]
)
def test_an_undeclared_caption_is_read_in_the_character_set_it_is_written_in(encoding, text):
    assert read(photo(iptc=iptc((CAPTION, text.encode(encoding))))) == {"caption": text}


@pytest.mark.parametrize("text", CAPTIONS["utf-8"])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_declared_caption_in_utf_8_is_read_from_jpeg_and_png(form, text):
    assert read(photo(form, iptc=iptc((CAPTION, text.encode()), charset=UTF_8))) == {"caption": text}


@pytest.mark.parametrize(
    ("charset", "encoding", "text"),
    [
        (b"\x1b-L", "iso8859-5", "Открытие"),
        (b"\x1b.A", "cp1252", "Œuvre à Genève"),
        (b"\x1b-G", "iso8859-6", "افتتاح"),
        (UTF_8, "cp1252", "Café à Genève"),  # declared wrongly
        (UTF_8, "cp1251", "Открытие конференции"),
        (b"\x1b%/I", "utf-8", "Открытие"),
        (b"nonsense", "utf-8", "Открытие"),
    ],
)
def test_another_declared_character_set_is_used_where_it_can_be_true(charset, encoding, text):
    assert read(photo(iptc=iptc((CAPTION, text.encode(encoding)), charset=charset))) == {"caption": text}


def test_a_long_caption_tells_how_to_read_a_short_name():
    written = iptc((BYLINE, "Где".encode("cp1251")), (CAPTION, "Делегаты на открытии конференции".encode("cp1251")))

    assert read(photo(iptc=written))["credit"] == "Где"


@pytest.mark.parametrize(
    ("tag", "name"), [("ImageDescription", "caption"), ("Artist", "credit"), ("Copyright", "rights")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_exif_is_read_in_the_character_set_it_is_written_in(tag, name, encoding):
    text = "Министерство иностранных дел"

    assert read(photo(exif=exif(**{tag: text.encode(encoding)}))) == {name: text}


# Where it stands


@pytest.mark.parametrize("form", FORMS)
def test_everything_is_read_from_xmp_alone(form):
    properties = (
        alt("dc:description", de="Ankunft", x_default="Delegates arrive", fr="Arrivée")
        + seq("dc:creator", "Jo Example", "Ann Sample")
        + alt("dc:rights", x_default="© Example &amp; Co.")
        + "<photoshop:Credit>Example Agency</photoshop:Credit>"
        + "<photoshop:DateCreated>2019-09-03T23:30:00-11:00</photoshop:DateCreated>"
        + "<photoshop:City>Minsk</photoshop:City><photoshop:Country>Belarus</photoshop:Country>"
        + "<exif:GPSLatitude>53,54.0N</exif:GPSLatitude>"
    )

    assert read(photo(form, xmp=xmp(properties))) == {
        "caption": "Delegates arrive",
        "credit": "Example Agency/Jo Example, Ann Sample",
        "rights": "© Example & Co.",
        "taken_on": date(2019, 9, 3),
        "place": "Minsk, Belarus",
    }


@pytest.mark.parametrize("form", FORMS)
def test_everything_is_read_from_exif_alone_and_no_place(form):
    written = exif(ImageDescription="Plenary", Artist="M. Garten", Copyright="UN\0News", taken="2019:09:04 10:30:00")
    written.get_ifd(0x8825)[28] = b"ASCII\0\0\0Secret place"

    assert read(photo(form, exif=written)) == {
        "caption": "Plenary",
        "credit": "M. Garten",
        "rights": "UN, News",
        "taken_on": date(2019, 9, 4),
    }


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_everything_is_read_from_iptc_alone_and_nothing_narrower_than_a_city(form):
    written = iptc(
        (CAPTION, b"Plenary"),
        (BYLINE, b"Jo Example"),
        (CREDIT, b"UN Photo"),
        (COPYRIGHT, b"UN"),
        (CREATED, b"20190904"),
        (92, b"Safe house, 3 Secret Street"),
        (CITY, b"Singapore"),
        (COUNTRY, b"Singapore"),
    )

    assert read(photo(form, iptc=written)) == {
        "caption": "Plenary",
        "credit": "UN Photo/Jo Example",
        "rights": "UN",
        "taken_on": date(2019, 9, 4),
        "place": "Singapore",
    }


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        (alt("dc:description", x_default="", en="Arrival", fr="Arrivée"), {"caption": "Arrival"}),
        (alt("dc:description", fr="Arrivée", x_default=" "), {"caption": "Arrivée"}),
        (alt("dc:description", en="Arrival", x_default="Delegates"), {"caption": "Delegates"}),
        (
            '<dc:creator rdf:parseType="Resource"><rdf:value>Jo Example</rdf:value><xmp:role>x</xmp:role></dc:creator>',
            {"credit": "Jo Example"},
        ),
        (
            seq("dc:creator", "<rdf:Description><rdf:value>Jo Example</rdf:value></rdf:Description>", "Ann Sample"),
            {"credit": "Jo Example, Ann Sample"},
        ),
        ("<dc:creator>Jo Example</dc:creator>", {"credit": "Jo Example"}),
    ],
)
def test_a_value_of_xmp_is_read_in_each_form_that_rdf_has_for_it(properties, found):
    assert read(photo(xmp=xmp(properties))) == found


def test_a_property_may_be_an_attribute_and_a_packet_without_its_wrapper():
    packet = xmp(attributes='photoshop:Credit="Example Agency" photoshop:City="Minsk"')
    bare = packet[packet.index(b"<rdf:RDF") : packet.index(b"</x:xmpmeta>")]

    expected = {"credit": "Example Agency", "place": "Minsk"}
    assert [read(photo(form, xmp=block)) for form in FORMS for block in (packet, bare)] == [expected] * 6


@pytest.mark.parametrize("title", [b"iptc", b"IPTC profile"])  # of ImageMagick and of ExifTool
@pytest.mark.parametrize("start", [b"", b"Photoshop 3.0\0"])
def test_iptc_of_a_png_is_read_as_programs_write_it(start, title):
    data = picture("PNG", size=(60, 40))

    chunk = iptc_chunk(start + resources(iptc((CAPTION, b"Plenary"))), title)
    assert read(data[:33] + chunk + data[33:]) == {"caption": "Plenary"}


def test_xmp_of_a_png_may_be_packed_and_stand_behind_the_pixels():
    text = zlib.compress(xmp(alt("dc:description", x_default="Packed")))
    data = picture("PNG", size=(60, 40))

    chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + text)
    assert read(data[:-12] + chunk + data[-12:]) == {"caption": "Packed"}


@pytest.mark.parametrize(
    "properties",
    [
        '<xmpMM:Ingredients><rdf:Bag><rdf:li rdf:parseType="Resource">{}</rdf:li></rdf:Bag></xmpMM:Ingredients>',
        '<xmpMM:DerivedFrom rdf:parseType="Resource">{}</xmpMM:DerivedFrom>',
        "<xmpMM:History><rdf:Seq><rdf:li><rdf:Description>{}</rdf:Description></rdf:li></rdf:Seq></xmpMM:History>",
    ],
)
def test_what_xmp_says_of_other_pictures_is_not_said_of_this_one(properties):
    other = properties.format(seq("dc:creator", "Somebody else") + "<photoshop:Credit>Other</photoshop:Credit>")

    assert read(photo(xmp=xmp(seq("dc:creator", "Jo Example") + other))) == {"credit": "Jo Example"}


# Which of them counts


def test_xmp_goes_before_iptc_and_iptc_before_exif():
    in_xmp, in_iptc = xmp(alt("dc:description", x_default="XMP")), iptc((CAPTION, b"IPTC"))
    in_exif = exif(ImageDescription="EXIF")

    assert [
        read(photo(xmp=in_xmp, iptc=in_iptc, exif=in_exif))["caption"],
        read(photo(iptc=in_iptc, exif=in_exif))["caption"],
        read(photo(exif=in_exif))["caption"],
    ] == ["XMP", "IPTC", "EXIF"]


def test_iptc_goes_first_where_it_was_changed_after_xmp():
    written = iptc((CAPTION, b"Corrected"), (BYLINE, b"Jo Example"))
    packet = xmp(alt("dc:description", x_default="Before"))
    current, former = (hashlib.md5(block, usedforsecurity=False).digest() for block in (written, b"former"))

    captions = [
        read(photo(iptc=written, xmp=packet, digest=digest))["caption"] for digest in (former, current, bytes(16))
    ]

    assert captions == ["Corrected", "Before", "Before"]


def test_each_value_is_looked_for_by_itself():
    written = photo(
        xmp=xmp(alt("dc:rights", x_default="Rights in XMP")),
        iptc=iptc((CREDIT, b"UN Photo")),
        exif=exif(Artist="Jo Example", ImageDescription="Caption in EXIF"),
    )

    assert read(written) == {
        "caption": "Caption in EXIF",
        "credit": "UN Photo/Jo Example",
        "rights": "Rights in XMP",
    }


LONG = "Bartholomew Featherstonehaugh-Cholmondeley"
LONG_CYRILLIC = "Министерство иностранных дел Республики Беларусь"


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        (LONG[:32].encode(), LONG),
        (LONG_CYRILLIC.encode()[:32], LONG_CYRILLIC),
        (LONG_CYRILLIC.encode()[:31], LONG_CYRILLIC),  # in the middle of a letter
        (LONG_CYRILLIC.encode("cp1251")[:32], LONG_CYRILLIC),
        (b"Example, Sample, Johanna Long (I", "Example, Sample, Johanna Longname (Institute)"),
        (b"Institute of Examples and Other ", "Institute of Examples and Other Samples"),
    ],
)
@pytest.mark.parametrize("where", ["xmp", "exif", "the other way round"])
def test_a_whole_name_goes_before_one_that_was_cut(where, cut, whole):
    data = {
        "xmp": lambda: photo(iptc=iptc((BYLINE, cut)), xmp=xmp(seq("dc:creator", whole))),
        "exif": lambda: photo(iptc=iptc((BYLINE, cut)), exif=exif(Artist=whole.encode())),
        "the other way round": lambda: photo(
            # A program has copied the cut name into XMP.
            xmp=xmp(
                seq("dc:creator", cut.decode("cp1251" if cut == whole.encode("cp1251")[:32] else "utf-8", "ignore"))
            ),
            exif=exif(Artist=whole.encode()),
        ),
    }[where]()

    assert read(data) == {"credit": whole}


def test_a_cut_name_is_taken_where_there_is_no_other_and_ends_with_a_whole_letter():
    for written in (iptc((BYLINE, LONG_CYRILLIC.encode()[:31])), iptc((BYLINE, b"x" * 31 + b"\xc3"), charset=UTF_8)):
        assert "�" not in read(photo(iptc=written))["credit"]
    assert read(photo(iptc=iptc((BYLINE, LONG_CYRILLIC.encode()[:31]))))["credit"] == LONG_CYRILLIC.encode()[
        :31
    ].decode("utf-8", "ignore")


def test_a_short_name_does_not_yield_to_a_longer_one():
    data = photo(xmp=xmp(seq("dc:creator", "Jo Example")), exif=exif(Artist="The owner of this camera, whoever"))

    assert read(data) == {"credit": "Jo Example"}


# The credit line


@pytest.mark.parametrize(
    ("agency", "names", "credit"),
    [
        ("OSCE/Jo Example", ["Jo Example"], "OSCE/Jo Example"),
        ("OSCE / JO EXAMPLE", ["Jo Example"], "OSCE / JO EXAMPLE"),
        ("Photo: Jo Example, OSCE", ["Jo Example"], "Photo: Jo Example, OSCE"),
        ("OSCE/Example, Jo", ["Jo Example"], "OSCE/Example, Jo"),
        ("UN Photo", ["Jo Example/UN Photo"], "Jo Example/UN Photo"),
        ("OSCE", ["OSCE"], "OSCE"),
        ("OSCE/Jo Example", ["Jo Example", "Ann Sample"], "OSCE/Jo Example/Ann Sample"),
        (f"OSCE/{LONG}", [LONG[:32]], f"OSCE/{LONG}"),
        (f"OSCE/{LONG}"[:32], [LONG], f"OSCE/{LONG}"),
        ("OSCE/Jo Example/Jo Example", ["Jo Example"], "OSCE/Jo Example"),
        ("OSCE/OSCE", [], "OSCE"),
        ("OSCE/Jose Munoz", ["José Muñoz"], "OSCE/Jose Munoz"),
        ("OSCE/José Muñoz", ["JOSE MUNOZ"], "OSCE/José Muñoz"),
        ("OSCE/Jo Example", ["J. Example"], "OSCE/Jo Example"),
        # Other names are other names.
        ("OSCE/Jo Example", ["A. Example"], "OSCE/Jo Example/A. Example"),
        ("Jo", ["J."], "Jo/J."),
        ("OSCE/Jo Example", ["Jo Exampleton"], "OSCE/Jo Example/Jo Exampleton"),
        ("UN", ["Ed Unger"], "UN/Ed Unger"),
        ("UN Photo", ["Photographer Jo Example"], "UN Photo/Photographer Jo Example"),
    ],
)
def test_a_by_line_that_the_credit_holds_is_said_once(agency, names, credit):
    sets = [(CREDIT, agency.encode()), *((BYLINE, name.encode()) for name in names)]

    assert read(photo(iptc=iptc(*sets))) == {"credit": credit}


# Machines

BY_MACHINES = [
    *(
        "OLYMPUS DIGITAL CAMERA         ",
        "SONY DSC",
        "SAMSUNG CSC",
        "KODAK Digital Still Camera",
        "MINOLTA DIGITAL CAMERA",
    ),
    *(
        "KONICA MINOLTA DIGITAL CAMERA",
        "DIGITAL CAMERA",
        "Exif_JPEG_PICTURE",
        "<Digimax S600 / Kenox S600>",
    ),
    *(
        "null",
        "NULL",
        "(null)",
        "undefined",
        "None",
        "n/a",
        "Unknown",
        "Untitled",
        "no description",
        "---",
        "????? ???",
        "0",
    ),
    *(
        "Picasa",
        "Google Picasa 3.0",
        "Adobe Photoshop CS6 (Windows)",
        "Created with GIMP",
        "Paint.NET v3.5.10",
        "ACDSee",
    ),
    *(
        "Adobe Photoshop Lightroom 5.7.1 (Macintosh)",
        "LEAD Technologies Inc. V1.01",
        "File written by Adobe Photoshop 4.0",
    ),
    *("CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90", "Edited in Snapseed", "ImageMagick 6.9.10-23"),
    *(
        r"C:\Users\Jo\Pictures\Minsk 2019\hall.jpg",
        r"\\server\photos\hall",
        r"DCIM\100CANON",
        "DCIM/100MEDIA/DJI_0001.JPG",
    ),
    *("/Users/jo/Desktop/hall", "file:///home/jo/hall.jpg", "100CANON", "101MSDCF", "100_PANA"),
    *("IMG_1234", "DSC_0001.JPG", "DSC04711", "_MG_0001.CR2", "PXL_20210903_101112345", "P1010042", "Scan 12.tif"),
    *(
        "Photographer",
        "Camera owner",
        "Copyright",
        "(C)",
        "© 2019",
        "COPYRIGHT, 2007",
        "User comments",
        "Enter caption here",
    ),
    *(
        "SAMSUNG",
        "Sony",
        "Nikon Corporation",
        "SAMSUNG TECHWIN DIGITAL CAMERA",
        "Canon EOS 5D Mark IV",
        "NIKON D850",
        "iPhone 12",
        "Apple iPhone 12 Pro",
    ),
    *(
        "HUAWEI P30 Pro",
        "HP PhotoSmart 2",
        "null, null",
        "undefined undefined",
        "[object Object]",
        "ASCII",
        "JPEG",
        "TBD",
        "Caption:",
        "Photographer:",
    ),
    *(
        "Add a caption",
        "Type caption here",
        "Default title",
        "My title",
        "Author name",
        "Photographer Name",
        "Copyright Holder",
        "user1",
        "root",
    ),
    *(
        "untitled-1",
        "Sans titre",
        "Ohne Titel 2",
        "Без названия",
        "Безымянный",
        "بدون عنوان",
        "未命名",
        "Снимок экрана 2019-09-03 в 10.11.12",
    ),
    *(
        "Screenshot 2019-09-03 at 10.11.12",
        "WhatsApp Image 2019-09-03 at 10.11.12",
        "Capture d’écran 2019-09-03 à 10.11",
        "f/2.8 1/250",
        "ISO 100, 50 mm",
    ),
    *(
        "Adobe Photoshop Lightroom Classic 9.1 (Macintosh)",
        "Created with The GIMP",
        "Microsoft Windows Photo Viewer 10.0",
        "Created with Adobe Illustrator",
    ),
    *(
        "DxO PhotoLab 3",
        "Luminar 4",
        "Instagram",
        "HDR+ 1.0",
        "MediaTek Camera Application",
        "Processed with VSCO with a6 preset",
        "AppleMark",
        "Exif_JPEG_422",
    ),
    *(
        "Intel(R) JPEG Library, version [2.0.16.48]",
        "Optimized by JPEGmini 3.9.10.0L 0x7a2a4d0d",
        "CREATOR: XV Version 3.10a",
        "maker:0x4c,type:0x7",
    ),
    *('{"data":{"pictureId":"7f3a"}}', "7f3a9b7c-1111-4222-8333-abcdefabcdef", "<x:xmpmeta/>", "Screenshot"),
]
BY_PEOPLE = [
    *("null and void: the vote", "The camera team of the Olympus hotel", "Sony DSC delegation", "Created by students of Minsk"),
    *("Photos of the opening", "Photoshop course for journalists", "Unknown soldier memorial", "Copyright meeting, Geneva"),
    *("DCIM is the folder of a camera", "He said: see hall.jpg. It shows the hall.", "C: the third session", "Canon Smith"),
    *("Copyright 2019 OSCE", "© Jo Example", "All rights reserved", "Picasa Jones", "Title of the session", "Hdr. Example"),
    *("Sony World Photography Awards 2019", "Canon law and human rights, 3", "Samsung Hall, Minsk", "Nikon D850 on a table", "Mi 5 friends", "Test of a drone"),
    *("Unknown to many", "Caption: the hall", "An author’s name", "Galaxy of stars", "Sketch by Jo Example", "None of the delegates", "1/3 of the States"),
    *("ISO 9001 certified", "Screenshot of the portal", "Office of the co-chairs", "Instagram workshop", "Pixel by pixel", "HTC and LG, two sponsors"),
    *("Co-chairs", "Photo: UN", "The 3rd day", "100 delegates", "Scan by Jo Example", "Nor Example", "[From left: A, B]"),
]  # fmt: skip


@pytest.mark.parametrize("text", BY_MACHINES)
def test_what_machines_write_is_no_caption_and_no_credit_anywhere(text):
    for form in FORMS:
        assert read(photo(form, exif=exif(ImageDescription=text.encode(), Artist=text.encode()))) == {}
    block = iptc(*((number, text.encode()) for number in (CAPTION, BYLINE, CREDIT, COPYRIGHT, CITY, COUNTRY)))
    assert read(photo(iptc=block)) == {}


@pytest.mark.parametrize("text", BY_PEOPLE)
def test_what_people_write_stays_though_it_resembles_a_machine(text):
    assert read(photo(exif=exif(ImageDescription=text.encode()))) == {"caption": text}


@pytest.mark.parametrize("text", ["E5700", "NIKON", "nikon  e5700", "Strange Editor 7"])
def test_the_camera_and_the_program_that_a_file_names_are_no_caption(text):
    equipment = {"Make": "NIKON", "Model": "E5700", "Software": "Strange Editor 7"}

    assert read(photo(exif=exif(ImageDescription=text, Artist="Jo Example", **equipment))) == {"credit": "Jo Example"}
    assert read(photo(iptc=iptc((CAPTION, text.encode()), (PROGRAM, text.encode())))) == {}
    assert read(photo(xmp=xmp(alt("dc:description", x_default=text), f'xmp:CreatorTool="{text}"'))) == {}


@pytest.mark.parametrize("text", ["oznorHB", "cof", "EDF", "PL"])
def test_what_telephones_say_of_the_mode_is_no_caption_but_may_be_a_name(text):
    raw = text.encode()

    assert read(photo(exif=exif(ImageDescription=text, Artist=text))) == {"credit": text}
    assert read(photo(xmp=xmp(alt("dc:description", x_default=text)))) == {}
    block = iptc((CAPTION, raw), (CREDIT, raw), (COPYRIGHT, raw), (CITY, raw))
    assert read(photo(iptc=block)) == {"credit": text, "rights": text, "place": text}


def test_where_a_machine_wrote_the_next_place_is_asked():
    data = photo(
        xmp=xmp(alt("dc:description", x_default="SONY DSC")),
        iptc=iptc((CAPTION, b"null")),
        exif=exif(ImageDescription="The opening"),
    )

    assert read(data) == {"caption": "The opening"}


def test_a_long_text_is_told_from_a_machine_s_at_once():
    for start in (
        "null, ",
        "iPhone ",
        "Canon EOS ",
        "Screenshot at ",
        "f/2 1/2 ",
        "Picasa ",
        "Copyright ",
        "OLYMPUS ",
        "hdr",
        "the image ",
        "IMG_",
        "Konica Minolta ",
    ):
        assert not says_nothing(start * 3 + "1 1. (1) " * 500 + "é!")


# Texts and dates


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("co\u00adoperation", "cooperation"),
        ("می\u200cشود", "می\u200cشود"),
        ("one\u2028two\x1b\x07\tthree", "one two three"),
        ("a\u202eb\u2066c\ue000d\ufeff", "abcd"),
        ("Bru\u0308lhart", "Brülhart"),
        ("\u200b\u200b", ""),
    ],
)
def test_signs_that_are_not_shown_neither_stay_nor_part_words(written, read_as):
    assert read_metadata(io.BytesIO(photo(iptc=iptc((CAPTION, written.encode()), charset=UTF_8))))["caption"] == read_as


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("2019-09-03", date(2019, 9, 3)),
        ("2019-09-03T10:00:00+02:00", date(2019, 9, 3)),
        ("2019:09:03 10:00:00", date(2019, 9, 3)),
        ("20190903", date(2019, 9, 3)),
        ("2019-09", None),
        ("2019", None),
        ("2019-13-03", None),
        ("0000-00-00", None),
        ("03.09.2019", None),
        ("٢٠١٩-٠٩-٠٣", None),
    ],
)
def test_a_date_is_read_in_the_forms_that_programs_write(written, taken):
    found = read_metadata(io.BytesIO(photo(xmp=xmp(f"<photoshop:DateCreated>{written}</photoshop:DateCreated>"))))

    assert found["taken_on"] == taken


# From strangers

CAPTION_IN_XMP = alt("dc:description", x_default="&x;")
HOSTILE_XMP = {
    "an external entity": b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + xmp(CAPTION_IN_XMP),
    "an expanding entity": b'<!DOCTYPE x [<!ENTITY y "aaaa"><!ENTITY x "&y;&y;&y;">]>' + xmp(CAPTION_IN_XMP),
    "an external document type": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/a.dtd">'
    + xmp(alt("dc:description", x_default="A")),
    "a document type in UTF-16": ('<!DOCTYPE x [<!ENTITY x "aaaa">]>' + xmp(CAPTION_IN_XMP).decode()).encode("utf-16"),
    "an undeclared entity": xmp(CAPTION_IN_XMP),
    "elements within each other": b"<a>" * 10_000 + xmp(alt("dc:description", x_default="A")) + b"</a>" * 10_000,
    "no XML": b"\0\xff" * 100,
    "an unknown encoding": b'<?xml version="1.0" encoding="x-none"?>' + xmp(alt("dc:description", x_default="A")),
    "XML that does not end": xmp(alt("dc:description", x_default="A"))[:-300],
}


@pytest.mark.parametrize("packet", HOSTILE_XMP.values(), ids=HOSTILE_XMP)
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_nothing_is_read_from_hostile_xmp_and_the_other_kinds_still_count(form, packet):
    assert read(photo(form, xmp=packet, exif=exif(ImageDescription="EXIF"))) == {"caption": "EXIF"}


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_xmp_of_more_than_a_megabyte_is_not_read(form):
    small, large = (xmp(alt("dc:description", x_default="A") + " " * size) for size in (900_000, 1_100_000))

    assert [read(photo(form, xmp=packet)) for packet in (small, large)] == [{"caption": "A"}, {}]


@pytest.mark.slow
def test_xmp_that_unpacks_to_more_than_a_megabyte_is_not_read():
    data = picture("PNG", size=(60, 40))
    bomb = zlib.compress(xmp(alt("dc:description", x_default="A") + " " * 300_000_000), 9)

    assert read(data[:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb) + data[33:]) == {}


def damaged():
    """Yield pictures with metadata that is cut or wrong in one byte."""
    for form in FORMS:
        data = photo(
            form,
            xmp=xmp(alt("dc:description", x_default="A")),
            iptc=b"" if form == "WEBP" else iptc((CAPTION, b"A"), (BYLINE, b"B")),
            exif=exif(ImageDescription="A", taken="2019:09:04 10:30:00"),
        )
        for at in range(0, min(len(data), 2000), 7):
            yield data[:at]
            yield data[:at] + b"\xff" + data[at + 1 :]
            yield data[:at] + b"\x00" + data[at + 1 :]


def test_damaged_metadata_is_read_as_far_as_it_goes_and_never_fails():
    for data in damaged():
        assert read_metadata(io.BytesIO(data)).keys() == NOTHING.keys()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xe1\0\2" * 500_000,
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"tEXt", b"") * 200_000,
        b"RIFF\0\0\0\0WEBP" + b"XMP \0\0\0\0" * 200_000,
        photo(iptc=iptc(*[(CAPTION, b"a")] * 9_000)),
        photo("PNG", iptc=iptc(*[(CAPTION, b"a")] * 150_000)),
    ],
    ids=["segments", "PNG chunks", "WebP chunks", "IPTC of a JPEG", "IPTC of a PNG"],
)
def test_a_picture_of_very_many_parts_is_read_in_little_time(data):
    assert read_metadata(io.BytesIO(data))["caption"] in ("", "a")
