"""Spoilt copies of a face picture: what small, old, blurred, tilted, masked and badly lit faces look like.

Every function takes a picture (RGB, uint8) and a random generator, and gives a new picture; `spoil` draws a mixture
and moves the landmarks along, with the small errors that the face finder makes.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
Random = np.random.Generator


def spoil(rgb: Pixels, points: Points, backdrops: Sequence[Pixels], random: Random) -> tuple[Pixels, Points]:
    """A copy with a random mixture of faults before another background, and where its landmarks are then said to be."""
    if random.random() < 0.5:
        rgb, points = mirror(rgb, points)
    cover = random.random()
    if cover < 0.22:
        rgb = mask(rgb, points, random)
    elif cover < 0.27:
        rgb = glasses(rgb, points, random)
    elif cover < 0.36:
        rgb = patch(rgb, points, random)
    if random.random() < 0.7:
        rgb = light(rgb, random)
    if random.random() < 0.3:
        rgb = old_print(rgb, random)
    rgb, points = surround(rgb, points, backdrops, random)
    rgb, points = tilt(rgb, points, random)
    if random.random() < 0.55:
        rgb, points = shrink(rgb, points, random)
    if random.random() < 0.3:
        rgb = blur(rgb, points, random)
    if random.random() < 0.3:
        rgb = noise(rgb, random)
    if random.random() < 0.5:
        rgb = jpeg(rgb, random)
    # the finder's own error: about 2 % of the distance between the eyes, more of it on small faces
    return rgb, points + random.normal(0, 0.03 * eye_distance(points) + 0.25, points.shape)


def eye_distance(points: Points) -> float:
    """Pixels between the eyes."""
    return float(np.hypot(*(points[1] - points[0])))


def mirror(rgb: Pixels, points: Points) -> tuple[Pixels, Points]:
    """Left and right exchanged."""
    flipped = points.copy()
    flipped[:, 0] = rgb.shape[1] - 1 - flipped[:, 0]
    return np.ascontiguousarray(rgb[:, ::-1]), flipped[[1, 0, 2, 4, 3]]


def surround(rgb: Pixels, points: Points, backdrops: Sequence[Pixels], random: Random) -> tuple[Pixels, Points]:
    """Put on a wider picture, so that nothing is learnt from where a tight cut-out ends."""
    margin = round(0.35 * rgb.shape[1])
    kind = random.random()
    border = cv2.BORDER_REFLECT_101 if kind < 0.15 else cv2.BORDER_REPLICATE
    wide = np.asarray(cv2.copyMakeBorder(rgb, margin, margin, margin, margin, border), np.uint8)
    if kind > 0.4 and backdrops:
        behind = backdrops[int(random.integers(len(backdrops)))]
        side = int(random.integers(40, min(behind.shape[:2]) + 1))
        top, left = random.integers(0, behind.shape[0] - side + 1), random.integers(0, behind.shape[1] - side + 1)
        wide = np.asarray(cv2.resize(behind[top : top + side, left : left + side], wide.shape[1::-1]), np.uint8)
        wide[margin:-margin, margin:-margin] = rgb
    return wide, points + margin


def tilt(rgb: Pixels, points: Points, random: Random) -> tuple[Pixels, Points]:
    """Turned a little out of the picture's plane: squeezed, sheared and seen in perspective."""
    height, width = rgb.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + random.normal(0, 0.03, corners.shape).astype(np.float32) * (width, height)
    moved[:, 0] = (moved[:, 0] - width / 2) * random.uniform(0.9, 1.06) + width / 2
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    turned = cv2.warpPerspective(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8), cv2.perspectiveTransform(points[None], matrix)[0]


def shrink(rgb: Pixels, points: Points, random: Random) -> tuple[Pixels, Points]:
    """Fewer pixels: 8 to 40 between the eyes."""
    scale = float(np.exp(random.uniform(np.log(8), np.log(40)))) / max(eye_distance(points), 1)
    return resize(rgb, points, min(scale, 1.0))


def resize(rgb: Pixels, points: Points, scale: float) -> tuple[Pixels, Points]:
    """Scaled down, as a camera that stands further away would have it."""
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (max(round(width * scale), 4), max(round(height * scale), 4)), interpolation=cv2.INTER_AREA)
    ratio = np.array([small.shape[1] / width, small.shape[0] / height])
    return np.asarray(small, np.uint8), (points + 0.5) * ratio - 0.5


def blur(rgb: Pixels, points: Points, random: Random) -> Pixels:
    """Out of focus, or moved in a straight line."""
    size = eye_distance(points)
    if random.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(size * random.uniform(0.01, 0.07), 0.3)), np.uint8)
    length = max(round(size * random.uniform(0.05, 0.25)), 2)
    kernel = np.zeros((length, length), np.float32)
    end = (np.array([np.cos(angle := random.uniform(0, np.pi)), np.sin(angle)]) * length / 2 + length / 2).astype(int)
    cv2.line(kernel, (length - int(end[0]), length - int(end[1])), (int(end[0]), int(end[1])), 1.0)
    return np.asarray(cv2.filter2D(rgb, -1, kernel / max(float(kernel.sum()), 1.0)), np.uint8)


def noise(rgb: Pixels, random: Random) -> Pixels:
    """Grain of a dark room or an old film."""
    grain = random.normal(0, random.uniform(3, 18), (*rgb.shape[:2], random.choice([1, 3])))
    return np.clip(rgb + grain, 0, 255).astype(np.uint8)


def jpeg(rgb: Pixels, random: Random) -> Pixels:
    """Saved once more, badly."""
    quality = int(random.integers(20, 90))
    _, data = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1])


def light(rgb: Pixels, random: Random) -> Pixels:
    """Another exposure, contrast, colour temperature and saturation, perhaps lit from one side."""
    picture = (rgb / 255.0) ** float(np.exp(random.normal(0, 0.35)))
    picture = picture * random.normal(1, 0.08, 3) * random.uniform(0.75, 1.2) + random.normal(0, 0.04)
    grey = picture.mean(axis=2, keepdims=True)
    picture = grey + (picture - grey) * random.uniform(0.3, 1.4)
    if random.random() < 0.3:
        picture = picture * np.linspace(1, random.uniform(0.4, 0.9), rgb.shape[1])[:: random.choice([-1, 1]), None]
    return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)


def old_print(rgb: Pixels, random: Random) -> Pixels:
    """Black and white, sepia or faded."""
    grey = (rgb @ np.array([0.299, 0.587, 0.114]))[:, :, None]
    kind = random.random()
    if kind < 0.55:
        picture = np.repeat(grey, 3, axis=2)
    elif kind < 0.75:
        picture = grey * np.array([1.06, 0.96, 0.76])
    else:
        picture = rgb * np.array([1.05, 0.95, 0.85]) * 0.5 + grey * 0.5
    low, high = random.uniform(0, 60), random.uniform(190, 255)
    return np.clip(low + picture * (high - low) / 255, 0, 255).astype(np.uint8)


def mask(rgb: Pixels, points: Points, random: Random) -> Pixels:
    """A surgical mask, a black or patterned one, or a scarf, over nose and mouth."""
    left, right, nose, mouth_left, mouth_right = points
    across, mouth = right - left, (mouth_left + mouth_right) / 2
    down = mouth - (left + right) / 2
    top = nose - down * random.uniform(0.05, 0.4)
    bottom = mouth + down * random.uniform(0.45, 0.95)
    wide, narrow = random.uniform(0.75, 1.05), random.uniform(0.4, 0.65)
    sag = down * random.uniform(0.05, 0.3)
    outline = [top - across * wide + sag, top - sag * 0.5, top + across * wide + sag]
    outline += [mouth + across * wide, bottom + across * narrow, bottom - across * narrow, mouth - across * wide]
    colours = [
        (235, 240, 245),
        (150, 195, 225),
        (160, 210, 200),
        (25, 25, 30),
        (60, 60, 70),
        (200, 60, 70),
        tuple(random.integers(0, 255, 3)),
    ]
    colour = np.array(colours[random.choice(7, p=[0.25, 0.25, 0.08, 0.22, 0.06, 0.04, 0.1])], float)
    shape = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillPoly(shape, [np.round(np.array(outline)).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(shape, (0, 0), 0.8)[:, :, None] / 255.0
    rows = np.arange(rgb.shape[0])[:, None, None]
    folds = 1 + 0.06 * np.sin(rows / max(eye_distance(points) * random.uniform(0.04, 0.15), 1))
    # what is under it still shades the cloth a little
    shade = 0.7 + 0.3 * cv2.GaussianBlur(rgb, (0, 0), 6).mean(axis=2, keepdims=True) / max(float(rgb.mean()), 1)
    cloth = np.clip(colour * folds * shade + random.normal(0, random.uniform(0, 8), rgb.shape), 0, 255)
    return np.asarray(rgb * (1 - soft) + cloth * soft, np.uint8)


def glasses(rgb: Pixels, points: Points, random: Random) -> Pixels:
    """Dark glasses."""
    picture, size = rgb.copy(), eye_distance(points)
    radii = (round(size * random.uniform(0.3, 0.42)), round(size * random.uniform(0.22, 0.35)))
    shade = tuple(int(value) for value in random.integers(5, 60, 3))
    for eye in points[:2]:
        cv2.ellipse(picture, (round(eye[0]), round(eye[1])), radii, 0, 0, 360, shade, -1, cv2.LINE_AA)
    cv2.line(
        picture,
        np.round(points[0]).astype(int).tolist(),
        np.round(points[1]).astype(int).tolist(),
        shade,
        max(round(size * 0.06), 1),
    )
    return picture


def patch(rgb: Pixels, points: Points, random: Random) -> Pixels:
    """Something in front: a hand, hair, a cap, a helmet's edge, as a plain shape that comes in from one side."""
    picture, size = rgb.copy(), eye_distance(points)
    centre, shade = points.mean(axis=0), random.integers(0, 255, 3).tolist()
    angle = random.uniform(0, 2 * np.pi)
    place = centre + np.array([np.cos(angle), np.sin(angle)]) * size * random.uniform(1.2, 1.9)
    axes = (round(size * random.uniform(0.5, 1.1)), round(size * random.uniform(0.4, 0.9)))
    cv2.ellipse(
        picture, np.round(place).astype(int).tolist(), axes, float(np.degrees(angle)), 0, 360, shade, -1, cv2.LINE_AA
    )
    return picture


def anew(cut: Pixels, random: Random) -> Pixels:
    """A cut-out changed by what is quick to draw, so that no epoch shows the same: place, colours, pixels, a patch."""
    side = cut.shape[0]
    if random.random() < 0.5:
        cut = np.ascontiguousarray(cut[:, ::-1])
    scale = float(np.exp(random.normal(0.03, 0.07)))
    turn = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), random.normal(0, 7), scale), np.float64)
    turn[:, 2] += random.normal(0, 0.027 * side, 2)
    picture = cv2.warpAffine(cut, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    saturation = 0.0 if random.random() < 0.15 else random.uniform(0.3, 1.3)
    mix = (saturation * np.eye(3) + (1 - saturation) / 3) * np.exp(random.normal(0, 0.08, 3))[:, None]
    if random.random() < 0.1:
        mix = mix[random.permutation(3)]
    contrast = np.exp(random.normal(0, 0.2))
    shift = np.full((3, 1), 128 * (1 - contrast) + random.normal(0, 15))
    picture = cv2.transform(picture, np.hstack([mix * contrast, shift]))
    if random.random() < 0.2:
        curve = 255 * (np.arange(256) / 255) ** np.exp(random.normal(0, 0.35))
        picture = cv2.LUT(picture, curve.astype(np.uint8))
    if random.random() < 0.15:
        few = int(random.integers(20, 70))
        small = cv2.resize(picture, (few, few), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (side, side), interpolation=random.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    if random.random() < 0.25:
        (top, left), (high, wide) = random.integers(0, side, 2), random.integers(side // 10, side // 2, 2)
        picture[top : top + high, left : left + wide] = random.integers(0, 256, 3)
    return np.asarray(picture, np.uint8)
