"""Pictures are shown as in every browser: how many scans they have, which way is up, and what of them is transparent."""

import io
import random
import struct
import time
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from ctportal.files.filetypes import JPEG, PNG, WEBP
from ctportal.files.renditions import MAX_SCANS, make_renditions
from tests.files.samples import jpeg_of_many_scans, picture, png, png_chunk, swapping_profile

CASES = Path(__file__).parent / "cases"
KINDS = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}


def download(data, kind):
    """Return (size of the upright photo, the download) for the bytes of a photo."""
    size, renditions = make_renditions(data, kind, "a")
    return size, Image.open(io.BytesIO(renditions[0].data))


# Scans


def icc_segments(data, filling):
    """Return *data*, a JPEG, with a colour profile in which *filling* stands a hundred times."""
    profile = swapping_profile() + filling * 100
    segment = b"ICC_PROFILE\0\1\1" + profile
    return data[:2] + b"\xff\xe2" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


SCANS_IN_OTHER_DATA = {
    "a colour profile": lambda data: icc_segments(data, b"\xff\xda"),
    "a maker's own segment": lambda data: data[:2] + segment(0xE4, b"\xff\xda" * 100) + data[2:],
    "a comment": lambda data: data[:2] + segment(0xFE, b"\xff\xda" * 100) + data[2:],
    "a thumbnail": lambda data: data[:2] + segment(0xE1, b"Exif\0\0" + jpeg_of_many_scans(40)) + data[2:],
    "a second picture behind the first": lambda data: data + jpeg_of_many_scans(40),
    "fill bytes": lambda data: data.replace(b"\xff\xda", b"\xff\xff\xff\xff\xda"),
}


@pytest.mark.parametrize("change", SCANS_IN_OTHER_DATA.values(), ids=SCANS_IN_OTHER_DATA)
def test_what_looks_like_scans_in_other_data_is_none(change):
    data = change(picture(size=(64, 64), progressive=True))

    assert download(data, JPEG)[0] == (64, 64)


def behind_a_length(marker):
    """Return a progressive JPEG of many scans that the length of an unknown segment within the first one seems to contain."""
    data = jpeg_of_many_scans(100)
    first = data.index(b"\xff\xda")
    at = first + 2 + int.from_bytes(data[first + 2 : first + 4]) + 1
    return data[:at] + b"\xff" + bytes([marker]) + b"\xff\xf0" + data[at:]


TOO_MANY_SCANS = {
    "progressive": jpeg_of_many_scans(40),
    "behind a colour profile": icc_segments(jpeg_of_many_scans(40), b"\xff\xd9"),
    "behind fill bytes": jpeg_of_many_scans(40).replace(b"\xff\xda", b"\xff\xff\xda"),
    "in a reserved segment": behind_a_length(0x05),
    "in a temporary segment": behind_a_length(0x01),
    "in a reserved segment of the lossless modes": behind_a_length(0xF3),
}


@pytest.mark.parametrize("data", TOO_MANY_SCANS.values(), ids=TOO_MANY_SCANS)
def test_a_jpeg_with_too_many_scans_is_refused_wherever_they_seem_to_be(data):
    with pytest.raises(ValidationError) as refusal:
        make_renditions(data, JPEG, "a.jpg")

    assert (refusal.value.code, refusal.value.params) == ("image_damaged", {"name": "a.jpg", "limit": MAX_SCANS})


def test_a_baseline_jpeg_with_too_many_scans_is_refused():
    data = picture(size=(64, 64))
    scan = data[data.index(b"\xff\xda") : -2]
    with pytest.raises(ValidationError) as refusal:
        make_renditions(data[:-2] + scan * MAX_SCANS + data[-2:], JPEG, "a.jpg")

    assert refusal.value.params == {"name": "a.jpg", "limit": MAX_SCANS}


def test_a_jpeg_of_very_many_segments_is_refused_at_once():
    data = picture(size=(64, 64))
    started = time.process_time()
    with pytest.raises(ValidationError) as refusal:
        make_renditions(data[:2] + segment(0xFE, b"") * 1_000_000 + data[2:], JPEG, "a.jpg")

    assert (refusal.value.code, time.process_time() - started < 1) == ("image_damaged", True)


@pytest.mark.parametrize("name", [b"teXt", b"IDAT"])
@pytest.mark.parametrize("at", [33, -12], ids=["before the pixels", "behind the pixels"])
def test_a_png_of_very_many_chunks_is_refused_at_once(name, at):
    data = picture("PNG", size=(64, 64))
    started = time.process_time()
    with pytest.raises(ValidationError) as refusal:
        make_renditions(data[:at] + png_chunk(name, b"") * 400_000 + data[at:], PNG, "a.png")

    assert (refusal.value.code, time.process_time() - started < 0.5) == ("image_damaged", True)


def test_a_png_may_have_its_pixels_in_many_chunks_and_anything_behind_its_end():
    pixels = zlib.compress(b"".join(b"\0" + random.Random(row).randbytes(1600) for row in range(1800)))
    pieces = [pixels[at : at + 256] for at in range(0, len(pixels), 256)]
    chunks = b"".join(png_chunk(b"IDAT", piece) for piece in pieces)
    behind = png_chunk(b"IEND", b"") + png_chunk(b"teXt", b"") * 20_000

    size, _renditions = make_renditions(png(1600, 1800, data=b"", depth=8)[:33] + chunks + behind, PNG, "a.png")

    assert (size, len(pieces) > 10_000) == ((1600, 1800), True)


# Upright


def xmp_orientation(number, *, attribute=False):
    inner = f"<tiff:Orientation>{number}</tiff:Orientation>"
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
        + (f' tiff:Orientation="{number}"/>' if attribute else f">{inner}</rdf:Description>")
        + "</rdf:RDF></x:xmpmeta>"
    ).encode()


def with_xmp(form, xmp, **options):
    if form == "PNG":
        data = picture(form, size=(60, 40), **options)
        return data[:33] + png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) + data[33:]
    return picture(form, size=(60, 40), xmp=xmp, **options)


def test_the_case_that_xmp_alone_turns_stays_as_it_is():
    assert download((CASES / "ph-xmporient.jpg").read_bytes(), JPEG)[0] == (300, 200)


@pytest.mark.parametrize("attribute", [False, True])
@pytest.mark.parametrize("number", [3, 6, 8])
@pytest.mark.parametrize("form", KINDS)
def test_the_orientation_in_xmp_turns_nothing(form, number, attribute):
    data = with_xmp(form, xmp_orientation(number, attribute=attribute))
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif()[0x0112] == number  # the library takes it from XMP

    size, seen = download(data, KINDS[form])

    assert size == seen.size == (60, 40)
    assert seen.getpixel((5, 2))[0] < 60  # dark above, bright below, as before
    assert seen.getpixel((5, 37))[0] > 195


@pytest.mark.parametrize("form", KINDS)
def test_exif_turns_a_picture_whatever_xmp_says(form):
    exif = Image.Exif()
    exif[0x0112] = 6

    assert download(with_xmp(form, xmp_orientation(3), exif=exif), KINDS[form])[0] == (40, 60)


def test_the_orientation_in_a_text_chunk_of_a_png_turns_nothing():
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = b"\nexif\n%8d\n%b\n" % (len(exif.tobytes()), exif.tobytes().hex().encode())
    data = picture("PNG", size=(60, 40))
    data = data[:33] + png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)) + data[33:]

    assert download(data, PNG)[0] == (60, 40)


# Transparent


def png_of(depth, colour, rows, transparent):
    """Return a PNG 40 pixels wide of *rows*, each repeated twenty times, one colour of which is transparent."""
    header = struct.pack(">IIBBBBB", 40, 20 * len(rows), depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join((b"\0" + row) * 20 for row in rows))
    chunks = [(b"IHDR", header), (b"tRNS", transparent), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


GREY, RGB = 0, 2
TRANSPARENT = {  # {what: (PNG, what is seen above, in the middle and below)}
    "16-bit grey, black": (GREY, 16, [b"\0\0", b"\x80\0", b"\xff\xff"], b"\0\0", [255, 128, 255]),
    "16-bit grey, nearly black beside black": (GREY, 16, [b"\0\1", b"\0\0", b"\x40\0"], b"\0\1", [255, 0, 64]),
    "16-bit grey, middle": (GREY, 16, [b"\0\0", b"\x80\0", b"\x80\1"], b"\x80\0", [0, 255, 128]),
    "8-bit grey, black": (GREY, 8, [b"\0", b"\x80", b"\x40"], b"\0\0", [255, 128, 64]),
    "8-bit grey, middle": (GREY, 8, [b"\0", b"\x80", b"\x40"], b"\0\x80", [0, 255, 64]),
    "4-bit grey": (GREY, 4, [b"\x00", b"\x55", b"\xaa"], b"\0\5", [0, 255, 170]),
    "2-bit grey": (GREY, 2, [b"\x00", b"\x55", b"\xaa"], b"\0\2", [0, 85, 255]),
    "1-bit grey": (GREY, 1, [b"\x00", b"\xff", b"\x00"], b"\0\0", [255, 255, 255]),
    "8-bit colour, black": (RGB, 8, [b"\0\0\0", b"\x80\x80\x80", b"\1\1\1"], bytes(6), [255, 128, 1]),
    "16-bit colour": (RGB, 16, [b"\1\2" * 3, b"\x80\0" * 3, bytes(6)], b"\1\2" * 3, [255, 128, 0]),
}


@pytest.mark.parametrize(("colour", "depth", "rows", "transparent", "seen"), TRANSPARENT.values(), ids=TRANSPARENT)
def test_the_transparent_colour_of_a_png_becomes_white_and_no_other(colour, depth, rows, transparent, seen):
    width = 40 * depth * (3 if colour == RGB else 1) // 8
    data = png_of(depth, colour, [(row * width)[:width] for row in rows], transparent)

    _size, shown = download(data, PNG)

    for row, expected in enumerate(seen):
        assert shown.getpixel((20, 20 * row + 10)) == pytest.approx((expected,) * 3, abs=6)


def test_the_case_of_16_bit_grey_is_not_black_where_it_is_transparent():
    data = (CASES / "ph-grey16-trns.png").read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        transparent = image.info["transparency"]
        values = struct.unpack(f"<{64 * 64}H", image.tobytes())

    _size, shown = download(data, PNG)

    assert transparent in values
    for number, value in enumerate(values):
        expected = 255 if value == transparent else value >> 8
        assert shown.getpixel((number % 64, number // 64))[0] == pytest.approx(expected, abs=40), number
