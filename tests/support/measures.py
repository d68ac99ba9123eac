"""What can be measured of a restyled picture; pictures are HxWx3 bytes, sRGB."""

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000
from skimage.exposure import match_histograms
from skimage.metrics import structural_similarity

from engine.images.faces import find_faces


def lab(pixels):
    return cv2.cvtColor(pixels[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def unit(pixels):
    """What a pixel of a 1024 px picture is here."""
    return max(pixels.shape[:2]) / 1024


def grey(pixels):
    return cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]), cv2.COLOR_RGB2GRAY)


def edges(pixels, sigma=2.5):
    """How strong the edges are that survive a look from further away, as a share of the strongest."""
    soft = cv2.GaussianBlur(grey(pixels).astype(np.float32), (0, 0), sigma)
    steep = cv2.magnitude(cv2.Scharr(soft, cv2.CV_32F, 1, 0), cv2.Scharr(soft, cv2.CV_32F, 0, 1))
    return np.clip(steep / (np.percentile(steep, 98) + 1e-3), 0, 1)


def structure(source, result):
    """SSIM of the edges, 0..1, from where single strokes and tiles are no longer seen; unrelated photos have 0.06."""
    sigma = 10 * unit(source)
    one, other = edges(source, sigma), edges(result, sigma)
    return structural_similarity(one, other, data_range=1.0, gaussian_weights=True, sigma=0.8 * sigma)


def shift(source, result):
    """How far the result lies beside its source, in pixels: phase correlation, the frame left out.

    Of the lightness, or of the edges where a look turns light and dark about: whichever agrees better.
    """
    margin = round(0.06 * min(source.shape[:2]))
    inner = np.s_[margin:-margin, margin:-margin]
    return min(_shift(of(source)[inner], of(result)[inner]) for of in (_soft, edges))


def _soft(pixels):
    return cv2.GaussianBlur(grey(pixels).astype(np.float32), (0, 0), 1.2)


def _shift(one, other):
    window = cv2.createHanningWindow(one.shape[::-1], cv2.CV_32F)
    return float(np.hypot(*cv2.phaseCorrelate(one, other, window)[0]))


def same_face(source, result):
    """How well the largest face of the result covers the source's: IoU of the boxes, 0 where none is found."""
    before, after = find_faces(grey(source)), find_faces(grey(result))
    if not before or not after:
        return 0.0
    return max(overlap(before[0], face) for face in after)


def overlap(one, other):
    """Intersection over union of two boxes."""
    across = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    down = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    common = max(0, across) * max(0, down)
    return common / (one.w * one.h + other.w * other.h - common)


def difference(one, other):
    """Mean difference of two pictures, in steps of 255."""
    return float(np.abs(one[..., :3].astype(np.int16) - other[..., :3].astype(np.int16)).mean())


def colour_distance(source, result, where=None):
    """Mean deltaE 2000 of the colours, seen from so far that single strokes and pores do not count."""
    sigma = 4 * unit(source)
    one, other = (cv2.GaussianBlur(lab(pixels), (0, 0), sigma) for pixels in (source, result))
    away = deltaE_ciede2000(one, other)
    return float(away.mean() if where is None else away[where].mean())


def halo(source, result, *, lines=False):
    """How far the lightness overshoots along strong edges, as a share of the full scale; with `lines` only upwards.

    The source is given the result's tones, at large and from place to place, so that what is left beyond the
    range of its surroundings was not there: a rim.
    """
    size = unit(source)
    before, after = lab(source)[..., 0], lab(result)[..., 0]
    toned = match_histograms(before, after).astype(np.float32)
    toned += cv2.GaussianBlur(after - toned, (0, 0), 24 * size)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(8 * size) + 1,) * 2)
    low, high = cv2.erode(toned, kernel), cv2.dilate(toned, kernel)
    over = (after - high if lines else np.maximum(after - high, low - after)).clip(0)
    strong = cv2.dilate((edges(source, 2 * size + 0.5) > 0.5).astype(np.uint8), kernel) > 0
    return float(over[strong].mean() / 100) if strong.any() else 0.0


def psnr(one, other):
    """Peak signal to noise ratio in dB."""
    error = np.mean((one[..., :3].astype(np.float64) - other[..., :3].astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def sharpness(pixels):
    """Mean strength of the finest detail."""
    return float(np.abs(cv2.Laplacian(grey(pixels).astype(np.float32), cv2.CV_32F)).mean())
