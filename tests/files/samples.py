"""Small generated files, valid and hostile. None is a real program or a real exploit."""

import io
import struct
import zipfile
import zlib

from PIL import Image

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


# Pictures


def picture(form="JPEG", size=(800, 600), mode="RGB", **options):
    """Return the bytes of a picture with varying colours."""
    image = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", [image, image.transpose(Image.Transpose.ROTATE_180), image]).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def swapping_profile():
    """Return an ICC profile that swaps red and blue."""

    def number(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(number, values))

    name = b"Swapped"
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + bytes(1 + 4 + 4 + 2 + 1 + 67),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(*blue),
        b"gXYZ": xyz(*green),
        b"bXYZ": xyz(*red),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        data += bytes(-len(data) % 4)
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + number(0.9642) + number(1.0) + number(0.8249)
    return header.ljust(128, b"\0") + table + body


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, *, data=None, chunks=b"", depth=1, colour=0):
    """Return a PNG with a correct header. By default it has 1 bit per pixel, and all pixels are black."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    rows = bytes(1 + (width * depth + 7) // 8)
    if data is None:
        packer = zlib.compressobj(9)
        data = b"".join(packer.compress(rows * 100) for _ in range(height // 100)) + packer.compress(
            rows * (height % 100)
        )
        data += packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + chunks + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    )


def jpeg_of_size(width, height):
    """Return a small JPEG whose header claims *width* × *height*."""
    data = bytearray(picture(size=(16, 16)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_of_many_scans(times):
    """Return a progressive JPEG whose last scan is repeated *times* times."""
    data = picture(size=(64, 64), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * times + data[-2:]


def webp_of_size(width, height):
    """Return a WebP whose extended header claims *width* × *height*."""
    inner = picture("WEBP", size=(16, 16))[12:]
    header = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", len(header)) + header + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animation(form):
    first, second = Image.new("RGB", (40, 40), "white"), Image.new("RGB", (40, 40), "black")
    buffer = io.BytesIO()
    first.save(buffer, form, save_all=True, append_images=[second], duration=100)
    return buffer.getvalue()


# PDF


def pdf(*extra, catalog="", page="", text="Opening release", pages=1, trailer="", stream=b""):
    """Return a PDF of *pages* pages with *text*. *extra* are further objects, numbered from 10 on. *catalog*, *page* and
    *trailer* are entries of the catalog, the first page and the trailer; *stream* follows the last object as it is."""
    kids = " ".join(f"{100 + number} 0 R" for number in range(pages))
    content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET"
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        3: f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        4: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for number in range(pages):
        objects[100 + number] = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R "
            f"/Resources << /Font << /F1 4 0 R >> >> {page if number == 0 else ''} >>"
        )
    objects |= {10 + number: item for number, item in enumerate(extra)}
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    offsets = {}
    for number, item in sorted(objects.items()):
        offsets[number] = len(out)
        item = item if isinstance(item, bytes) else item.encode("latin-1")
        out += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    out += stream
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += b"trailer\n<< /Size 200 /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (trailer.encode(), start)
    return out


def stream_object(data, entries=""):
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries.encode(), data)


def object_stream(*objects, filters="/Filter /FlateDecode", pack=zlib.compress):
    """Return the body of an object stream with *objects*, numbered from 50 on."""
    numbers, body = "", ""
    for index, item in enumerate(objects):
        numbers += f"{50 + index} {len(body)} "
        body += item + " "
    return stream_object(
        pack((numbers + body).encode()), f"/Type /ObjStm /N {len(objects)} /First {len(numbers)} {filters}"
    )


def pdf_with_object_stream(*objects, **options):
    """Return a PDF with a cross-reference stream, and with *objects*, numbered from 50 on, in an object stream."""
    out = b"%PDF-1.7\n"
    offsets = {}
    for number, item in {
        1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction 50 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        4: object_stream(*objects, **options),
    }.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    start = len(out)
    offsets[5] = start
    table = struct.pack(">BIH", 0, 0, 65535)
    for number in range(1, 6):
        table += struct.pack(">BIH", 1, offsets[number], 0)
    for index in range(len(objects)):
        table += struct.pack(">BIH", 2, 4, index)
    entries = f"/Type /XRef /Size {50 + len(objects)} /Root 1 0 R /W [1 4 2] /Index [0 6 50 {len(objects)}]"
    return out + b"5 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream_object(table, entries), start)


# DOCX


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def document_xml(*paragraphs):
    body = "".join(paragraphs) or paragraph("Co-chairs’ summary")
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'


def relation(kind, target, mode="External"):
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{OFFICE}/{kind}" '
        f'Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


def docx(parts=None, *, compression=zipfile.ZIP_DEFLATED, without=(), comment=b"", level=None):
    """Return a DOCX. *parts*, {name or ZipInfo: text or bytes}, are added or replace the default ones."""
    parts = {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": document_xml()} | (parts or {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression, compresslevel=level) as archive:
        for name, data in parts.items():
            if name not in without:
                archive.writestr(name, data)
        archive.comment = comment
    return buffer.getvalue()


def symlink(name):
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o120777 << 16
    return member


def patched(archive, old, new, count=-1):
    assert old in archive
    return archive.replace(old, new, count)


def encrypted(archive):
    """Return *archive* with the encryption flag set in all entries of its list of members."""
    data = bytearray(archive)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def crowded(members):
    """Return an archive with *members* empty members."""
    local = b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * members
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, members & 0xFFFF, members & 0xFFFF, len(directory), len(local), 0
    )
    return local + directory + end
