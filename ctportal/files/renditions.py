"""Renditions of an uploaded photo. The public gets these only, and they contain no metadata of the camera.

The pixels are decoded and encoded again, so no EXIF, GPS, XMP, IPTC, thumbnail, comment or trailing byte remains.
"""

import io
import logging
import struct
import warnings
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageChops, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from ctportal.files.containers import SOS, jpeg_segments, png_chunks
from ctportal.files.filetypes import JPEG, PNG, WEBP, FileType, damaged, refused

logger = logging.getLogger(__name__)

Size = tuple[int, int]  # (width, height) in pixels

# Above its own limit Pillow only warns. ``check_pixels`` has a lower limit; this is a second check.
warnings.simplefilter("error", Image.DecompressionBombWarning)

DOWNLOAD = "download"
DOWNLOAD_SIDE = 4000  # pixels, the longer side
DOWNLOAD_QUALITY = 90
WIDTHS = (320, 640, 1280)  # pixels
FORMATS: tuple[tuple[FileType, dict[str, Any]], ...] = (  # with Pillow's options
    (WEBP, {"quality": 80, "method": 2}),  # method 4 takes 1.7 times as long for 2.5 % fewer bytes
    (JPEG, {"quality": 82, "optimize": True, "progressive": True}),
)
MEMORY_BUDGET = 235 * 1024**2  # bytes that one photo may take while it is decoded and scaled
MAX_SCANS = 24  # of a progressive JPEG: cameras and editors write about 10; each costs a pass over all pixels
TURNED = {  # {EXIF orientation: transposition that turns the picture upright}
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUARTER_TURNED = frozenset({5, 6, 7, 8})  # the orientations that swap width and height
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Rendition:
    """One picture made from a photo. *variant*: DOWNLOAD, or its width and ending, such as "w640.webp"."""

    variant: str
    media_type: str
    data: bytes
    width: int
    height: int


def make_renditions(data: bytes, kind: FileType, name: str) -> tuple[Size, list[Rendition]]:
    """Return ((width, height) of the upright photo in pixels, [Rendition, …]) for the bytes of one photo.

    The first rendition is the full-size download (longer side at most DOWNLOAD_SIDE); none is larger than the photo.
    Raises ValidationError (image_too_large, image_animated, image_damaged) naming the file.
    """
    try:
        size, download = decode(data, kind, name)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        message = _(
            "“%(name)s” has more than %(limit)s megapixels. Save it as a JPEG with a longer side of at most 6000 pixels."
        )
        raise refused(name, message, "image_too_large", limit=settings.CTPORTAL_MAX_PHOTO_MEGAPIXELS) from error
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error …
        logger.info("Refused a picture that cannot be decoded: %r", error)
        raise damaged(name, kind) from error
    encoded = [encode(download, DOWNLOAD, JPEG, {"quality": DOWNLOAD_QUALITY})]
    made = 0
    for target in WIDTHS:
        width, height = fit_within(download.size, target)
        if width == made:
            break  # the photo is not wider than the rendition before
        made = width
        small = download.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=1.5)
        for file_type, options in FORMATS:
            encoded.append(encode(small, f"w{target}.{file_type.extensions[0]}", file_type, options))
    return size, encoded


def fit_within(size: Size, width: int) -> Size:
    """Return (width, height) in pixels for *size* scaled to at most *width*; never enlarges."""
    width = min(width, size[0])
    return width, max(1, round(size[1] * width / size[0]))


def encode(image: Image.Image, variant: str, kind: FileType, options: dict[str, Any]) -> Rendition:
    buffer = io.BytesIO()
    image.save(buffer, pillow_format(kind), **options)
    return Rendition(variant, kind.media_type, buffer.getvalue(), image.width, image.height)


def pillow_format(kind: FileType) -> str:
    """Return Pillow's name of a type of picture."""
    return kind.media_type.partition("/")[2]


# Decoding untrusted files


def decode(data: bytes, kind: FileType, name: str) -> tuple[Size, Image.Image]:
    """Return (size of the upright photo, upright picture in sRGB without metadata, in the size of the download)."""
    if kind is JPEG:  # before Image.open, which takes long over many segments
        check_scans(data, name)
    if kind is PNG:  # before Image.open, which takes long over many chunks
        check_chunks(data)
    if kind is WEBP:  # before Image.open, which already allocates the decoder's memory
        size = webp_size(data)
        check_pixels(size, name)
        check_memory(size, 16, name)
    with Image.open(io.BytesIO(data), formats=[pillow_format(kind)]) as image:
        full_size = image.size
        check_pixels(full_size, name)
        check_still(image, name)
        if isinstance(image, JpegImageFile):
            prepare_jpeg(image, name)
        if kind is PNG:
            check_memory(full_size, 10 if image.has_transparency_data else 5, name)
        image.load()
        if kind is PNG:
            scale_transparency(image, depth=data[24])
        turned = orientation(image)
        picture = in_srgb(scaled(on_white(image)), image.info.get("icc_profile"))
    if turned in TURNED:
        picture = picture.transpose(TURNED[turned])
    if turned in QUARTER_TURNED:
        full_size = full_size[1], full_size[0]
    picture.info.clear()  # from here Pillow would copy a comment into the new JPEG
    return full_size, picture


def check_pixels(size: Size, name: str) -> None:
    megapixels = size[0] * size[1] / 1e6
    if megapixels > settings.CTPORTAL_MAX_PHOTO_MEGAPIXELS:
        raise too_large(size, settings.CTPORTAL_MAX_PHOTO_MEGAPIXELS, name)


def check_memory(size: Size, bytes_per_pixel: float, name: str) -> None:
    """Refuse a picture that takes more than MEMORY_BUDGET while it is decoded and scaled to the download."""
    download = DOWNLOAD_SIDE**2 * min(size) / max(size) * 4 if max(size) > DOWNLOAD_SIDE else 0
    if size[0] * size[1] * bytes_per_pixel + download > MEMORY_BUDGET:
        raise too_large(size, int((MEMORY_BUDGET - download) / bytes_per_pixel / 1e6), name)


def too_large(size: Size, limit: int, name: str) -> ValidationError:
    """Return the ValidationError for a photo of *size* where the limit is *limit* megapixels."""
    message = _(
        "“%(name)s” is %(width)s × %(height)s pixels (%(megapixels)s megapixels); the limit in this format is "
        "%(limit)s megapixels. Save it as a standard JPEG with a longer side of at most 6000 pixels."
    )
    width, height = size
    megapixels = round(width * height / 1e6)
    return refused(name, message, "image_too_large", width=width, height=height, megapixels=megapixels, limit=limit)


def check_still(image: ImageFile, name: str) -> None:
    # A camera's JPEG may hold a second picture (MPO: depth, preview); the first one is the photo.
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        message = _("“%(name)s” is an animation; a photo is one still picture. Save one frame of it and upload that.")
        raise refused(name, message, "image_animated")


def check_scans(data: bytes, name: str) -> None:
    """Refuse a JPEG with more than MAX_SCANS scans. Raises ValueError for one of too many segments."""
    if sum(marker == SOS for marker, _content in jpeg_segments(data)) > MAX_SCANS:
        message = _("“%(name)s” is a JPEG with more than %(limit)s scans. Save it as a standard JPEG.")
        raise refused(name, message, "image_damaged", limit=MAX_SCANS)


def check_chunks(data: bytes) -> None:
    """Raise ValueError for a PNG of too many chunks."""
    for _chunk in png_chunks(data):
        pass


def prepare_jpeg(image: JpegImageFile, name: str) -> None:
    """Let libjpeg decode at half the size or less where that suffices for the download, or where memory requires it.

    Raises ValidationError for a JPEG that still takes too much memory.
    """
    size = image.size
    widest, tallest = max(layer[1] for layer in image.layer), max(layer[2] for layer in image.layer)
    samples = sum(layer[1] * layer[2] for layer in image.layer) / (widest * tallest)  # stored numbers per pixel
    waiting = 0.0
    if image.info.get("progressive"):
        waiting = 2 * samples  # of a progressive picture libjpeg keeps all samples until its last scan
    pixels = size[0] * size[1]
    half = max(size) // 2 >= DOWNLOAD_SIDE or pixels * (4 + waiting) > MEMORY_BUDGET * 0.8
    if half:
        image.draft(None, (size[0] // 2, size[1] // 2))
    check_memory(size, waiting + 4 * image.size[0] * image.size[1] / pixels, name)


def orientation(image: Image.Image) -> int | None:
    """Return the EXIF orientation of *image*, 1 to 8, or None where it has none or it cannot be read.

    Pillow's ``getexif()`` reads it from XMP too. Browsers do not, so the picture would be shown otherwise than everywhere else.
    """
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        return exif.get(0x0112)
    except Exception as error:  # noqa: BLE001 - broken EXIF is no reason to refuse the picture
        logger.info("Took a picture with unreadable EXIF as upright: %r", error)
        return None


def on_white(image: Image.Image) -> Image.Image:
    """Return *image* without transparency and with at most 8 bits a channel, in mode L, RGB or CMYK."""
    if not image.has_transparency_data:
        if image.mode.startswith("I"):
            return image.point(lambda value: value * (1 / 256)).convert("L")  # 16 bits; convert() alone would clip them
        return image if image.mode in ("L", "RGB", "CMYK") else image.convert("L" if image.mode == "1" else "RGB")
    grey = image.mode in ("1", "L", "LA", "I;16")
    ground = Image.new("L" if grey else "RGB", image.size, "white")
    for top in range(0, image.height, 256):  # in bands, to avoid a second copy of the whole picture
        band = image.crop((0, top, image.width, min(top + 256, image.height)))
        band = grey16_with_alpha(band) if band.mode == "I;16" else band.convert("LA" if grey else "RGBA")
        ground.paste(band, (0, top), band)
    return ground


def grey16_with_alpha(image: Image.Image) -> Image.Image:
    """Return *image*, 16-bit grey of which one value is transparent, in mode LA. Pillow's ``convert`` clips at 255."""
    transparent, data = image.info["transparency"], image.tobytes()
    high, low = (Image.frombytes("L", image.size, data[start::2]) for start in (1, 0))
    alpha = ImageChops.lighter(
        high.point([255 * (value != transparent >> 8) for value in range(256)]),
        low.point([255 * (value != transparent & 255) for value in range(256)]),
    )
    return Image.merge("LA", (high, alpha))


def scale_transparency(image: Image.Image, depth: int) -> None:
    """Scale the transparent colour of a PNG of *depth* bits a channel to the 8 bits in which Pillow gives grey and RGB."""
    transparent = image.info.get("transparency")
    if image.mode == "L" and isinstance(transparent, int) and depth < 8:
        image.info["transparency"] = transparent * 255 // (2**depth - 1)
    elif image.mode == "RGB" and isinstance(transparent, tuple) and depth == 16:
        image.info["transparency"] = tuple(value >> 8 for value in transparent)


def scaled(image: Image.Image) -> Image.Image:
    """Return *image* with its longer side at most DOWNLOAD_SIDE."""
    longer = max(image.size)
    if longer <= DOWNLOAD_SIDE:
        return image
    width, height = (max(1, round(side * DOWNLOAD_SIDE / longer)) for side in image.size)
    # HAMMING takes a third of the time of LANCZOS; at this size the difference is not visible.
    return image.resize((width, height), Image.Resampling.HAMMING)


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return *image* in RGB, its colours converted from the ICC *profile* (bytes or None) to sRGB."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode != "RGB" or "sRGB" not in ImageCms.getProfileDescription(source):
                return ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            logger.info("Ignored an unusable colour profile: %r", error)
    return image if image.mode == "RGB" else image.convert("RGB")


def webp_size(data: bytes) -> Size:
    """Return (width, height) in pixels from the header of a WebP file; raises ValueError or struct.error."""
    chunk, start = data[12:16], data[20:30]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(start[4:7], "little"), 1 + int.from_bytes(start[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", start[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no WebP header")
