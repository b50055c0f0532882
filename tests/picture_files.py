"""Small picture files with metadata, made by the tests that read them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, PngImagePlugin

from screening.arrays import Pixels

XMP = (
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:exif='http://ns.adobe.com/exif/1.0/'"
    " xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:xmpRights='http://ns.adobe.com/xap/1.0/rights/'"
    " xmlns:core='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/' xmlns:ext='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'"
    " xmlns:plus='http://ns.useplus.org/ldf/xmp/1.0/' xmlns:own='http://example.com/own/'"
    " xmlns:mwg-rs='http://www.metadataworkinggroup.com/schemas/regions/'>{}</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def scenery(width: int = 240, height: int = 160, *, seed: int = 1) -> Pixels:
    """A picture of blobs that differ everywhere, as a photograph does."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def picture(
    format: str = "JPEG",
    *,
    rgb: Pixels | None = None,
    exif: Mapping[int, object] | None = None,
    gps: Mapping[int, object] | None = None,
    photo: Mapping[int, object] | None = None,
    xmp: str = "",
    **options: object,
) -> bytes:
    """A file of that format whose EXIF tags (of the main, GPS and photo groups) and XMP properties are as given."""
    tags = Image.Exif()
    tags.update(dict(exif or {}))
    tags.get_ifd(0x8825).update(dict(gps or {}))
    tags.get_ifd(0x8769).update(dict(photo or {}))
    if exif or gps or photo:
        options["exif"] = tags.tobytes()
    if xmp:
        if format == "PNG":
            chunks = PngImagePlugin.PngInfo()
            chunks.add_itxt("XML:com.adobe.xmp", XMP.format(xmp))
            options["pnginfo"] = chunks
        else:
            options["xmp"] = XMP.format(xmp).encode()
    stream = io.BytesIO()
    Image.fromarray(scenery() if rgb is None else rgb).save(stream, format, **options)
    return stream.getvalue()


def with_iptc(data: bytes, fields: Sequence[tuple[str, bytes]]) -> bytes:
    """A file with press fields of the older kind, each a name such as "City" and its bytes."""
    import exiv2

    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    iptc = exiv2.IptcData()
    for name, text in fields:
        datum = exiv2.Iptcdatum(exiv2.IptcKey(f"Iptc.Application2.{name}"))
        value = exiv2.Value.create(exiv2.TypeId.unsignedShort if name == "RecordVersion" else exiv2.TypeId.string)
        value.read(text.decode() if name == "RecordVersion" else text)
        datum.setValue(value)
        iptc.add(datum)
    image.setIptcData(iptc)
    image.writeMetadata()
    return bytes(image.io().mmap())


def with_tags(data: bytes, **tags: str) -> bytes:
    """A file with further EXIF tags, a camera maker's own too, each named as in `Canon_OwnerName`."""
    import exiv2

    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    known = image.exifData()
    for name, text in tags.items():
        known[f"Exif.{name.replace('_', '.')}"] = text
    image.writeMetadata()
    return bytes(image.io().mmap())


def with_thumbnail(data: bytes, rgb: Pixels, *, cut_short: bool = False) -> bytes:
    """A file with an embedded thumbnail of those pixels, or of half its bytes."""
    import exiv2

    image = exiv2.ImageFactory.open(data)
    image.readMetadata()
    tags = image.exifData()
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=80)
    exiv2.ExifThumb(tags).setJpegThumbnail(stream.getvalue()[: stream.tell() // 2 if cut_short else None])
    image.writeMetadata()
    return bytes(image.io().mmap())


def drawn(width: int = 120, height: int = 80) -> Image.Image:
    """Red in the top left corner, blue elsewhere, so that it shows which way up it is."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, :, 2] = 200
    picture[: height // 2, : width // 2] = (220, 20, 20)
    return Image.fromarray(picture)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    if format == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    image.save(file, format, **options)
    return file.getvalue()
