"""Photos: what is stored, what of it may be public, and that nothing the camera wrote along gets out."""

import io
import json
import re
import subprocess
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ctportal.files.models import StoredFile
from ctportal.files.photo_metadata import read_metadata
from ctportal.files.store import store_photo
from tests.external_services import need_program
from tests.files.samples import picture, png, swapping_profile

pytestmark = pytest.mark.django_db

CANARY = "CANARY-7f3a"


def exiftool():
    return need_program("exiftool (libimage-exiftool-perl)", "exiftool")


def upload(data, name="minsk.jpg"):
    return SimpleUploadedFile(name, data, "application/octet-stream")


def stored(data, name="minsk.jpg"):
    return store_photo(upload(data, name), by=None)


def public_files(photo):
    return list(photo.renditions.order_by("pk"))


def content(stored_file):
    with stored_file.file.storage.open(stored_file.file.name) as file:
        return file.read()


def opened(stored_file):
    return Image.open(io.BytesIO(content(stored_file)))


def facts(stored_file):
    return (
        stored_file.variant,
        stored_file.name,
        stored_file.media_type,
        (stored_file.width, stored_file.height),
    )


def test_a_photo_is_stored_with_a_cleaned_download_and_three_widths_in_two_formats():
    photo = stored(picture(size=(3000, 2000)), "Minsk 2019.JPG")

    assert facts(photo) == ("", "Minsk-2019.jpg", "image/jpeg", (3000, 2000))
    assert [facts(made) for made in public_files(photo)] == [
        ("download", "Minsk-2019.jpg", "image/jpeg", (3000, 2000)),
        ("w320.webp", "Minsk-2019-w320.webp", "image/webp", (320, 213)),
        ("w320.jpg", "Minsk-2019-w320.jpg", "image/jpeg", (320, 213)),
        ("w640.webp", "Minsk-2019-w640.webp", "image/webp", (640, 427)),
        ("w640.jpg", "Minsk-2019-w640.jpg", "image/jpeg", (640, 427)),
        ("w1280.webp", "Minsk-2019-w1280.webp", "image/webp", (1280, 853)),
        ("w1280.jpg", "Minsk-2019-w1280.jpg", "image/jpeg", (1280, 853)),
    ]


def test_each_stored_picture_is_what_its_row_says():
    photo = stored(picture(size=(900, 1200)))

    for made in [photo, *public_files(photo)]:
        data = content(made)
        with Image.open(io.BytesIO(data)) as image:
            assert (image.size, f"image/{image.format.lower()}") == ((made.width, made.height), made.media_type)
        assert (len(data), len(made.key) >= 22) == (made.size, True)


def test_the_original_is_kept_as_it_came_and_is_not_among_the_public_files():
    data = picture()
    photo = stored(data)

    assert content(photo) == data
    assert photo not in public_files(photo)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((200, 100), [200]),
        ((320, 100), [320]),
        ((500, 100), [320, 500]),
        ((1000, 1500), [320, 640, 1000]),
        ((1, 3000), [1]),
        ((3000, 1), [320, 640, 1280]),
    ],
)
def test_no_rendition_is_larger_than_the_photo(size, widths):
    made = public_files(stored(picture(size=size)))

    assert [one.width for one in made if one.variant.endswith(".webp")] == widths
    assert (made[0].width, made[0].height) == size


def test_the_longer_side_of_the_download_is_at_most_4000_pixels():
    photo = stored(picture(size=(5000, 1000)))

    assert ((photo.width, photo.height), facts(public_files(photo)[0])[3]) == ((5000, 1000), (4000, 800))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_with_a_turned_camera_stands_upright(orientation):
    """The upper left corner of the scene is red, whichever way the camera was held."""
    scene = Image.new("RGB", (60, 40), "blue")
    scene.paste("red", (0, 0, 20, 15))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)  # Transpose that the camera's turn amounts to
    taken = scene if back is None else scene.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    taken.save(buffer, "JPEG", exif=exif, quality=95, subsampling=0)

    photo = stored(buffer.getvalue())

    assert (photo.width, photo.height) == (60, 40)
    for made in public_files(photo):
        with opened(made) as image:
            red, blue = image.convert("RGB").getpixel((8, 6)), image.convert("RGB").getpixel((50, 30))
            assert (image.size, red[0] > 200, red[2] < 60, blue[2] > 200, blue[0] < 60) == ((60, 40), *[True] * 4)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpegs_of_every_colour_model_are_accepted(mode):
    assert all(opened(made).mode == "RGB" for made in public_files(stored(picture(mode=mode))))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_pngs_of_every_colour_model_are_accepted(mode):
    grey = Image.linear_gradient("L")  # black above, white below
    image = {
        "P": lambda: grey.convert("RGB").quantize(64),
        "PA": lambda: grey.convert("RGBA").quantize(64),
        "I;16": lambda: Image.frombytes("I;16", grey.size, b"".join(bytes([0, value]) for value in grey.tobytes())),
    }.get(mode, lambda: grey.convert(mode))()
    buffer = io.BytesIO()
    image.save(buffer, "PNG")

    with opened(public_files(stored(buffer.getvalue(), "a.png"))[0]) as download:
        above, middle, below = (
            sum(download.resize((1, 3), Image.Resampling.BOX).getpixel((0, row))) / 3 for row in range(3)
        )
        assert (download.size, above < 60, 100 < middle < 155, below > 195) == ((256, 256), True, True, True)


def test_what_is_transparent_becomes_white():
    image = Image.new("RGBA", (400, 300), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 200, 300))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")

    with opened(public_files(stored(buffer.getvalue(), "a.png"))[0]) as download:
        left, right = download.getpixel((50, 150)), download.getpixel((350, 150))
        assert (min(left) > 250, right[0] > 250, max(right[1:]) < 5) == (True, True, True)


@pytest.mark.parametrize("form", ["jpg", "png", "webp"])
def test_colours_of_another_profile_are_converted_to_srgb(form):
    buffer = io.BytesIO()
    red = Image.new("RGB", (64, 64), (250, 0, 0))
    red.save(buffer, {"jpg": "JPEG"}.get(form, form), icc_profile=swapping_profile(), quality=95)

    with opened(public_files(stored(buffer.getvalue(), f"a.{form}"))[0]) as converted:
        seen = converted.getpixel((32, 32))
        assert ("icc_profile" in converted.info, seen[0] < 40, seen[2] > 215) == (False, True, True)


@pytest.mark.parametrize("profile", [b"", b"x" * 200, b"\0" * 128, bytes(range(256)) * 20])
def test_a_broken_colour_profile_is_ignored(profile):
    assert len(public_files(stored(picture(icc_profile=profile)))) == 7


TRAILERS = {
    "a web page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a program": b"MZ" + b"TRAILER" * 50,
    "an archive": b"PK\x03\x04TRAILER",
    "a script": b"<?php system($_GET[1]); ?>",
}


@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
@pytest.mark.parametrize("form", ["jpg", "png", "webp"])
def test_what_hangs_on_behind_a_picture_is_in_no_public_file(form, trailer):
    data = picture({"jpg": "JPEG"}.get(form, form.upper()))
    photo = stored(data + trailer, f"a.{form}")

    assert all(trailer not in content(made) for made in public_files(photo))
    with opened(public_files(photo)[0]) as download:
        assert download.size == (800, 600)


def test_comments_and_text_chunks_are_in_no_public_file():
    jpeg = picture(comment=CANARY.encode())
    made = public_files(stored(jpeg))

    assert CANARY.encode() in jpeg
    assert [one.variant for one in made if CANARY.encode() in content(one)] == []


def make_camera_photos(folder):
    """Write fifty photos as cameras and agencies write them: place, serial numbers, maker note, XMP, IPTC, thumbnail."""
    thumbnail = folder.parent / "thumbnail.jpg"
    thumbnail.write_bytes(picture(size=(160, 120), comment=b"THUMBNAIL-" + CANARY.encode()))
    photos = []
    for number in range(50):
        form = ["jpg", "jpg", "jpg", "png", "webp"][number % 5]
        exif = Image.Exif()
        exif[0x010E] = f"{CANARY} description"
        exif.get_ifd(0x8769)[0x927C] = f"{CANARY} maker note".encode()
        exif.get_ifd(0x8769)[0x9286] = f"ASCII\0\0\0{CANARY} comment".encode()
        path = folder / f"IMG_{number:04}.{form}"
        options = {"exif": exif, **({"comment": CANARY.encode()} if form == "jpg" else {})}
        path.write_bytes(picture({"jpg": "JPEG"}.get(form, form.upper()), size=(400 + number, 300), **options))
        photos.append(path)
    subprocess.run(
        [
            *(exiftool(), "-q", "-m", "-overwrite_original"),
            *("-GPSLatitude=53.9", "-GPSLatitudeRef=N", "-GPSLongitude=27.55", "-GPSLongitudeRef=E"),
            *(
                f"-SerialNumber={CANARY}",
                f"-LensSerialNumber={CANARY}",
                f"-OwnerName={CANARY}",
                f"-ImageUniqueID={CANARY}",
            ),
            *("-XMP-exif:GPSLatitude=53.9", f"-XMP-dc:Description={CANARY}", f"-XMP-photoshop:City={CANARY}"),
            *(f"-IPTC:Caption-Abstract={CANARY}", f"-IPTC:By-line={CANARY}", f"-IPTC:City={CANARY}"),
            f"-ThumbnailImage<={thumbnail}",
            *map(str, photos),
        ],
        check=True,
    )
    return photos


def metadata(folder):
    """Return what exiftool finds in the files of *folder*, as (group, name) pairs a file."""
    command = [exiftool(), "-j", "-G1", "-a", "-u", "-U", "-ee", "-ext", "*", str(folder)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return [{tuple(name.split(":", 1)) for name in one if ":" in name} for one in told]


@pytest.mark.slow
def test_fifty_photos_of_cameras_leave_no_byte_of_metadata_in_any_public_file(tmp_path):
    tell = [
        b"Exif\0",
        b"EXIF",
        b"http://ns.adobe.com",
        b"XMP ",
        b"Photoshop 3.0",
        b"8BIM",
        b"ICC_PROFILE",
        CANARY.encode(),
    ]
    original, public = tmp_path / "original", tmp_path / "public"
    original.mkdir()
    public.mkdir()
    for path in make_camera_photos(original):
        photo = stored(path.read_bytes(), path.name)
        assert CANARY.encode() in content(photo)
        for made in public_files(photo):
            data = content(made)
            (public / f"{photo.pk}-{made.variant}").write_bytes(data)
            assert [mark for mark in tell if mark in data] == []
    before, after = metadata(original), metadata(public)

    # Each of them had something to hide.
    assert [len({("GPS", "GPSLatitude"), ("ExifIFD", "LensSerialNumber")} & one) for one in before] == [2] * 50
    assert len(after) == len(list(public.iterdir())) >= 250
    assert {group for one in after for group, _name in one} == {
        "ExifTool",
        "System",
        "File",
        "JFIF",
        "RIFF",
        "Composite",
    }
    assert {name for one in after for group, name in one if group == "Composite"} == {"ImageSize", "Megapixels"}


# Filling in the form


NOTHING = {"caption": "", "credit": "", "rights": "", "taken_on": None, "place": ""}


def test_credit_and_caption_are_read_from_iptc_in_any_script_and_no_place_but_a_named_city(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(picture())
    subprocess.run(
        [
            *(exiftool(), "-q", "-overwrite_original", "-charset", "iptc=UTF8", "-codedcharacterset=utf8"),
            "-IPTC:Caption-Abstract=المؤتمر الإقليمي في مينسك",
            "-IPTC:By-line=Иван Петров",
            "-IPTC:Credit=UN Photo",
            "-IPTC:CopyrightNotice=© United Nations",
            "-IPTC:DateCreated=2019:09:03",
            *("-IPTC:City=Minsk", "-IPTC:Sub-location=SECRET", "-GPSLatitude=53.9", "-EXIF:ImageDescription=other"),
            str(path),
        ],
        check=True,
    )

    assert read_metadata(upload(path.read_bytes())) == {
        "caption": "المؤتمر الإقليمي في مينسك",
        "credit": "UN Photo/Иван Петров",
        "rights": "© United Nations",
        "taken_on": date(2019, 9, 3),
        "place": "Minsk",
    }


def with_exif(**tags):
    exif = Image.Exif()
    names = {"caption": 0x010E, "artist": 0x013B, "rights": 0x8298}
    for name, value in tags.items():
        if name == "taken":
            exif.get_ifd(0x8769)[0x9003] = value
        else:
            exif[names[name]] = value
    return picture(exif=exif)


def test_credit_is_read_from_exif_where_there_is_no_iptc():
    data = with_exif(caption="Plenary", artist="M. Garten", rights="UN", taken="2019:09:04 10:30:00")

    assert read_metadata(upload(data)) == {
        "caption": "Plenary",
        "credit": "M. Garten",
        "rights": "UN",
        "taken_on": date(2019, 9, 4),
        "place": "",
    }


def test_text_from_a_photo_loses_line_breaks_controls_and_what_is_too_long():
    data = with_exif(caption="a\r\nb\x07\tc" + "d" * 3000, artist="\x00")

    found = read_metadata(upload(data))

    assert (found["caption"][:6], len(found["caption"]), found["credit"]) == ("a b cd", 2000, "")


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "2019:02:30 00:00:00", "0001:01:01", "yesterday", ""])
def test_a_date_that_is_none_is_left_empty(taken):
    assert read_metadata(upload(with_exif(taken=taken)))["taken_on"] is None


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:200], picture("WEBP"), png(20000, 20000)])
def test_a_photo_that_says_nothing_gives_nothing_and_is_left_at_its_beginning(data):
    uploaded = upload(data)

    assert (read_metadata(uploaded), uploaded.tell()) == (NOTHING, 0)


# Limits from the settings


def test_a_photo_above_the_size_limit_is_refused_naming_file_size_and_limit(settings):
    settings.CTPORTAL_MAX_PHOTO_MB = 1

    with pytest.raises(ValidationError) as refusal:
        stored(picture() + bytes(1024 * 1024), "big.jpg")

    assert (refusal.value.code, refusal.value.messages) == (
        "photo_too_large",
        ["“big.jpg” is 2 MB; the limit is 1 MB."],
    )


def test_a_photo_above_the_pixel_limit_is_refused_naming_pixels_and_limit(settings):
    settings.CTPORTAL_MAX_PHOTO_MEGAPIXELS = 1

    with pytest.raises(ValidationError) as refusal:
        stored(picture(size=(1500, 1000)), "big.jpg")

    assert re.search("1500 × 1000 pixels .* the limit in this format is 1 megapixels", refusal.value.messages[0])


def test_the_same_photo_twice_gives_two_sets_of_files():
    first, second = stored(picture()), stored(picture())

    assert (first.sha256 == second.sha256, first.key == second.key) == (True, False)
    assert StoredFile.objects.count() == 2 * (1 + len(public_files(first)))
