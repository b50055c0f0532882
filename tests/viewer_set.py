"""The files by which what is screened is compared with what a browser shows: still ones, and those that move."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image

from screening.arrays import Pixels
from tests import viewer_pictures as drawn
from tests.viewer_pictures import HEIGHT, SPACES, WIDTH, apng, bitmap, gif, png

SCENE, MASK = drawn.scene(), drawn.mask()
GREY = np.asarray(Image.fromarray(SCENE).convert("L")).copy()
GREY[8:20, 10:30] = 85
RGBA, GREY_A = np.dstack([SCENE, MASK]), np.dstack([GREY, MASK])
DEEP = SCENE.astype(np.uint16) << 8 | np.random.default_rng(1).integers(0, 256, SCENE.shape, dtype=np.uint16)
DEEP[8:20, 10:30] = (200 << 8, 30 << 8, 40 << 8)
DEEP_GREY = GREY.astype(np.uint16) * 257
RGB_IMAGE, GREY_IMAGE = Image.fromarray(SCENE), Image.fromarray(GREY)
STEPS = np.where(MASK > 100, 255, 0).astype(np.uint8)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def deep(pixels: Pixels) -> drawn.Samples:
    return pixels.astype(np.uint16) * 257


def in_png(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"drawn\0\0" + zlib.compress(profile)


def gamma(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


def coded(primaries: int, curve: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes((primaries, curve, 0, 1))


def key(*values: int) -> tuple[bytes, bytes]:
    return b"tRNS", struct.pack(f">{len(values)}H", *values)


def in_palette(depth: int) -> list[tuple[bytes, bytes]]:
    return [(b"PLTE", drawn.palette(3)[: 1 << depth].tobytes())]


def turned(format: str, orientation: int, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(RGB_IMAGE, format, exif=exif, quality=100, **options)


def avif(*, primaries: int = 1, curve: int = 13) -> bytes:
    """With other code points than Pillow writes."""
    data = saved(RGB_IMAGE, "AVIF", quality=100, subsampling="4:4:4")
    place = data.index(b"nclx") + 4
    return data[:place] + struct.pack(">HH", primaries, curve) + data[place + 4 :]


def packed(depth: int) -> list[tuple[str, int, list[tuple[bytes, bytes]]]]:
    """What one sample a pixel can stand for, with PNG's code for it and its chunks."""
    clear = (b"tRNS", bytes((0, 255, 100, 40))[: 1 << depth])
    return [
        ("grey", 0, []),
        ("palette", 3, in_palette(depth)),
        ("palette with transparency", 3, [*in_palette(depth), clear]),
    ]


def pngs() -> dict[str, bytes]:
    """PNG of every depth and kind, and every way to mark what is transparent."""
    files = {}
    for laced in (False, True):
        said = " interlaced" if laced else ""
        for depth in (1, 2, 4, 8):
            few = (GREY >> (8 - depth))[:, :, None]
            for kind, colour, chunks in packed(depth):
                files[f"{kind}, {depth} bits{said}"] = png(
                    few, depth=depth, colour=colour, chunks=chunks, interlaced=laced
                )
        for kind, samples, colour in (
            ("grey", GREY[:, :, None], 0),
            ("grey with alpha", GREY_A, 4),
            ("colour", SCENE, 2),
            ("colour with alpha", RGBA, 6),
        ):
            files[f"{kind}{said}"] = png(samples, colour=colour, interlaced=laced)
            files[f"{kind}, 16 bits{said}"] = png(deep(samples), depth=16, colour=colour, interlaced=laced)
    files["low halves of 16 bits"] = png(DEEP, depth=16)
    files["dark, 16 bits"] = png((DEEP_GREY >> 3)[:, :, None], depth=16, colour=0)
    files["key"] = png(SCENE, chunks=[key(200, 30, 40)])
    files["key with upper halves"] = png(SCENE, chunks=[key(200 + 256, 30, 40)])
    files["key, 16 bits"] = png(DEEP, depth=16, chunks=[key(200 << 8, 30 << 8, 40 << 8)])
    files["key, 16 bits, near"] = png(DEEP, depth=16, chunks=[key((200 << 8) + 1, 30 << 8, 40 << 8)])
    files["grey key"] = png(GREY[:, :, None], colour=0, chunks=[key(85)])
    files["grey key, 16 bits"] = png(DEEP_GREY[:, :, None], depth=16, colour=0, chunks=[key(85 * 257)])
    for depth in (1, 2, 4):
        few = (GREY >> (8 - depth))[:, :, None]
        files[f"grey key, {depth} bits"] = png(few, depth=depth, colour=0, chunks=[key(85 >> (8 - depth))])
    for other in (0, 1):
        files[f"key of one bit, {other}"] = png((GREY >> 7)[:, :, None], depth=1, colour=0, chunks=[key(other)])
    return {f"{name}.png": data for name, data in files.items()}


def colours() -> dict[str, bytes]:
    """Every way to say what the colours are."""
    files = {}
    for name, space in SPACES.items():
        for said, profile in (
            ("", drawn.profile(space)),
            (", called sRGB", drawn.profile(space, name="built-in sRGB")),
        ):
            files[f"{name}{said}.png"] = png(SCENE, chunks=[in_png(profile)])
            files[f"{name}{said}.jpg"] = saved(RGB_IMAGE, "JPEG", quality=95, icc_profile=profile)
        files[f"{name}.webp"] = saved(RGB_IMAGE, "WEBP", lossless=True, icc_profile=profile)
        files[f"{name}.avif"] = saved(RGB_IMAGE, "AVIF", quality=100, subsampling="4:4:4", icc_profile=profile)
        files[f"{name}, grey.jpg"] = saved(GREY_IMAGE, "JPEG", quality=95, icc_profile=profile)
        files[f"{name}, inks.jpg"] = saved(RGB_IMAGE.convert("CMYK"), "JPEG", quality=95, icc_profile=profile)
        for kind, data in of_every_kind([in_png(profile)]).items():
            files[f"{name}, {kind}.png"] = data
    greys = drawn.grey_profile(1.0)
    files["greys.jpg"] = saved(GREY_IMAGE, "JPEG", quality=95, icc_profile=greys)
    files["greys for colours.jpg"] = saved(RGB_IMAGE, "JPEG", quality=95, icc_profile=greys)
    files["inks for colours.jpg"] = saved(RGB_IMAGE, "JPEG", quality=95, icc_profile=drawn.ink_profile())
    files["broken.jpg"] = saved(RGB_IMAGE, "JPEG", quality=95, icc_profile=b"not a profile" * 20)
    for kind, data in of_every_kind([in_png(greys)]).items():
        files[f"greys, {kind}.png"] = data
    points, swapped = (b"cHRM", drawn.chromaticities()), (b"cHRM", drawn.chromaticities(swapped=True))
    linear, plain = in_png(drawn.profile(SPACES["linear"])), (b"sRGB", b"\0")
    for name, chunks in {
        "gamma 1": [gamma(100_000)],
        "gamma of sRGB": [gamma(45_455)],
        "gamma of sRGB, nearly": [gamma(44_000)],
        "gamma of sRGB and points": [gamma(45_455), points],
        "gamma 1 and points": [gamma(100_000), points],
        "gamma and swapped points": [gamma(45_455), swapped],
        "swapped points alone": [swapped],
        "gamma of nothing": [gamma(0), points],
        "gamma 20": [gamma(5_000)],
        "gamma 1/9": [gamma(900_000), points],
        "sRGB before gamma": [plain, gamma(100_000), swapped],
        "profile before sRGB": [linear, plain],
        "broken profile, gamma": [in_png(b"broken" * 40), gamma(100_000)],
        "code before profile": [coded(1, 8), in_png(drawn.profile(SPACES["swapped"]))],
        "code before gamma": [coded(1, 13), gamma(100_000), points],
        **{f"code {one} {other}": [coded(one, other)] for one in (1, 9, 12) for other in (1, 4, 6, 8, 13)},
    }.items():
        files[f"{name}.png"] = png(SCENE, chunks=chunks)
    for name, chunks in (("gamma 1", [gamma(100_000)]), ("code 1 8", [coded(1, 8)])):
        files |= {f"{name}, {kind}.png": data for kind, data in of_every_kind(chunks).items()}
    for one, other in ((1, 1), (1, 8), (2, 2), (9, 13), (12, 8), (12, 13)):
        files[f"code {one} {other}.avif"] = avif(primaries=one, curve=other)
    return files


def of_every_kind(chunks: list[tuple[bytes, bytes]]) -> dict[str, bytes]:
    return {
        "grey": png(GREY[:, :, None], colour=0, chunks=chunks),
        "grey, 16 bits": png(DEEP_GREY[:, :, None], depth=16, colour=0, chunks=chunks),
        "grey with alpha": png(GREY_A, colour=4, chunks=chunks),
        "16 bits": png(DEEP, depth=16, chunks=chunks),
        "alpha": png(RGBA, colour=6, chunks=chunks),
        "palette": png(GREY[:, :, None], colour=3, chunks=[*chunks, *in_palette(8)]),
    }


def samplings_and_turns() -> dict[str, bytes]:
    """JPEG of every sampling, pictures that are turned, WebP, AVIF, GIF and BMP."""
    files = {"inks.jpg": saved(RGB_IMAGE.convert("CMYK"), "JPEG", quality=95)}
    files["not converted.jpg"] = saved(RGB_IMAGE, "JPEG", quality=95, keep_rgb=True)
    files["grey.jpg"] = saved(GREY_IMAGE, "JPEG", quality=95)
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        for steps in (False, True):
            said = "progressive " if steps else ""
            files[f"{said}{sampling}.jpg"] = saved(
                RGB_IMAGE, "JPEG", quality=90, subsampling=sampling, progressive=steps
            )
    for name, odd in (("4:1:1", 0x411111), ("4:4:0", 0x121111)):
        options = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, odd]
        files[f"{name}.jpg"] = cv2.imencode(".jpg", SCENE[:, :, ::-1], options)[1].tobytes()
    for orientation in range(1, 9):
        for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("AVIF", "avif")):
            more = {"subsampling": "4:4:4"} if kind == "AVIF" else {}
            files[f"turned {orientation}.{ending}"] = turned(kind, orientation, **more)
    for sort, alpha in (("ramp", MASK), ("steps", STEPS)):
        image = Image.fromarray(np.dstack([SCENE, alpha]))
        files[f"alpha in {sort}.webp"] = saved(image, "WEBP", quality=90)
        files[f"alpha in {sort}, lossless.webp"] = saved(image, "WEBP", lossless=True)
        files[f"alpha in {sort}.avif"] = saved(image, "AVIF", quality=100, subsampling="4:4:4")
    files["lossy.webp"] = saved(RGB_IMAGE, "WEBP", quality=80)
    files["lossy.avif"] = saved(RGB_IMAGE, "AVIF", quality=80)
    files["narrow range.avif"] = saved(RGB_IMAGE, "AVIF", quality=95, range="limited")
    for mode in ("RGB", "L", "1", "P", "RGBA"):
        files[f"{mode}.bmp"] = saved(RGB_IMAGE.convert(mode), "BMP")
    return files | bitmaps()


def bitmaps() -> dict[str, bytes]:
    up = SCENE[::-1].astype(np.uint32)
    red, green, blue = up[:, :, 0], up[:, :, 1], up[:, :, 2]
    fives = (red >> 3 << 10 | green >> 3 << 5 | blue >> 3).astype("<u2").tobytes()
    sixes = (red >> 3 << 11 | green >> 2 << 5 | blue >> 3).astype("<u2").tobytes()
    with_alpha = np.dstack([up[:, :, ::-1], MASK]).astype(np.uint8).tobytes()
    reversed_ = np.dstack([up, MASK]).astype(np.uint8).tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    other = struct.pack("<4I", 0xFF, 0xFF00, 0xFF0000, 0xFF000000)
    colours = np.pad(drawn.palette(3)[:, ::-1], ((0, 0), (0, 1))).tobytes()
    rows = b"".join(row.tobytes().ljust((WIDTH * 3 + 3) // 4 * 4, b"\0") for row in SCENE[:, :, ::-1])
    files = {
        "15 bits": bitmap(16, fives),
        "16 bits": bitmap(16, sixes, packing=3, masks=struct.pack("<3I", 0xF800, 0x7E0, 0x1F)),
        "32 bits": bitmap(32, with_alpha),
        "32 bits with masks": bitmap(32, with_alpha, packing=3, masks=masks[:12]),
        "other masks": bitmap(32, reversed_, packing=3, masks=other, header=108),
        "runs": bitmap(8, drawn.runs(GREY), packing=1, colours=colours),
        "half runs": bitmap(4, drawn.runs((GREY >> 4).astype(np.uint8), half=True), packing=2, colours=colours[:64]),
        "from above": bitmap(24, rows, down=True),
    }
    for size in (56, 108, 124):
        files[f"alpha, header of {size}"] = bitmap(32, with_alpha, packing=3, masks=masks, header=size)
    return {f"{name}.bmp": data for name, data in files.items()}


def still() -> dict[str, bytes]:
    """Pictures that do not move, by file name."""
    return {**pngs(), **colours(), **samplings_and_turns()}


def moving() -> dict[str, bytes]:
    """Animations, by file name: every way to take a frame away again, parts of the page, own palettes."""
    files = {}
    whole = block(WIDTH, HEIGHT, 20)
    for one in range(4):
        for other in range(4):
            files[f"{one} then {other}.gif"] = gif(
                (0, 0, whole, one, None, None),
                (10, 5, block(40, 30, 99), other, 99, drawn.palette(4)),
                (30, 20, block(30, 30, 180), one, None, None),
                (5, 5, block(20, 10, 7), 1, 7, drawn.palette(4)),
            )
    part = (10, 5, block(40, 30, 99), 1, None, None)
    files["begins with a part.gif"] = gif(part, (30, 20, block(30, 30, 180), 2, 180, None), (0, 0, whole, 1, 20, None))
    files["one part.gif"] = gif(part)
    pale = RGBA[:30, :40]
    for one in range(3):
        for blending in range(2):
            files[f"{one}, blending {blending}.png"] = apng(
                (0, 0, RGBA, one, 0), (10, 5, pale, 1, blending), (20, 20, pale, one, blending), (5, 5, pale, 0, 1)
            )
    frames = [Image.fromarray(np.roll(RGBA, 20 * at, axis=1)) for at in range(3)]
    files["moves.webp"] = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    opaque = [frame.convert("RGB") for frame in frames]
    files["moves.avif"] = saved(opaque[0], "AVIF", save_all=True, append_images=opaque[1:], quality=100)
    return files


def block(width: int, height: int, index: int) -> Pixels:
    """A rectangle of one colour around one of another, as indices."""
    indices = np.full((height, width), index, np.uint8)
    indices[height // 4 : height // 2, width // 4 : width // 2] = index + 50
    return indices
