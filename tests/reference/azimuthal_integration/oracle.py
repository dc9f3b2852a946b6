# SPDX-License-Identifier: BSD-3-Clause
"""Azimuthal integration in plain float64 NumPy, written from the published formulas alone.

Truth for the tests of the plugin azimuthal_integration; it shares no code or table with it. Slow, and simple
enough to be checked by eye. Geometry and corrections: Kieffer and Karkoulis (2013), J. Phys. Conf. Ser. 425,
202012, the convention of .poni files.
"""
import numpy as np

UNITS = ("q_inv_nm", "q_inv_angstrom", "two_theta_deg", "two_theta_rad", "radius_mm")


def laboratory(poni, y, x):
    """Positions t1, t2, t3 in m of the detector points (y, x) in m."""
    v = np.stack([y - poni["poni1"], x - poni["poni2"], np.full_like(y, poni["dist"])])
    (c1, c2, c3), (s1, s2, s3) = (f([poni["rot1"], poni["rot2"], poni["rot3"]]) for f in (np.cos, np.sin))
    rotation1 = np.array([[1, 0, 0], [0, c1, s1], [0, -s1, c1]])
    rotation2 = np.array([[c2, 0, -s2], [0, 1, 0], [s2, 0, c2]])
    rotation3 = np.array([[c3, -s3, 0], [s3, c3, 0], [0, 0, 1]])
    return np.tensordot(rotation3 @ rotation2 @ rotation1, v, axes=1)


def radial(poni, unit, y, x):
    t1, t2, t3 = laboratory(poni, y, x)
    r = np.hypot(t1, t2)
    two_theta = np.arctan2(r, t3)
    if unit == "radius_mm":
        return 1e3 * r
    if unit == "two_theta_rad":
        return two_theta
    if unit == "two_theta_deg":
        return np.degrees(two_theta)
    q_inv_m = 4 * np.pi / poni["wavelength"] * np.sin(two_theta / 2)
    return q_inv_m * (1e-9 if unit == "q_inv_nm" else 1e-10)


def upright(image, poni, flip):
    """The stored image turned into the one that the formulas describe."""
    orientation = poni.get("orientation", 3)
    if flip in ("slow", "both"):
        image = image[::-1]
    if flip in ("fast", "both"):
        image = image[:, ::-1]
    if orientation in (1, 2):
        image = image[::-1]
    if orientation in (1, 4):
        image = image[:, ::-1]
    return image


def oracle_integrate(image, poni, *, unit="q_inv_nm", bins=1000, splitting="bbox", mask=None, flat=None,
                     variances=None, error_model="poisson", solid_angle=True, polarization=None, radial_range=None,
                     sector=None, flip="none", average="ratio_of_sums", dummy=None, delta_dummy=0.0, saturation=None,
                     monitor=1.0):
    """Dictionary of edges, intensity, variance, standard_deviation, signal, signal_variance, normalisation, count.

    image: 2-D, as stored. mask, flat, variances: of the same shape; mask nonzero leaves the pixel out.
    poni: dist, poni1, poni2, rot1, rot2, rot3, pixel1, pixel2, wavelength in m and rad, orientation.
    Empty bins are NaN. radial_range, sector: pairs, the latter in degrees, counter-clockwise.
    """
    raw = np.asarray(image)
    keep = np.ones(raw.shape, bool) if mask is None else np.asarray(mask) == 0
    if raw.dtype.kind == "u":
        keep &= raw != np.iinfo(raw.dtype).max
    raw = raw.astype(float)
    keep &= np.isfinite(raw)
    if dummy is not None:
        keep &= ~(np.abs(raw - dummy) <= delta_dummy)
    if saturation is not None:
        keep &= ~(raw > saturation)
    if error_model == "given":
        variance = np.asarray(variances, float)
        keep &= np.isfinite(variance)
    else:
        variance = np.maximum(raw, 1.0) if error_model == "poisson_floor_one" else raw
    response = np.ones(raw.shape) if flat is None else np.asarray(flat, float)
    raw, variance, response = (upright(a, poni, flip) for a in (raw, variance, response))
    keep_static = np.ones(raw.shape, bool) if mask is None else upright(np.asarray(mask) == 0, poni, flip)
    keep = upright(keep, poni, flip)

    slow, fast = np.indices(raw.shape).astype(float)
    p1, p2 = poni["pixel1"], poni["pixel2"]
    y, x = (slow + 0.5) * p1, (fast + 0.5) * p2
    t1, t2, t3 = laboratory(poni, y, x)
    two_theta, chi = np.arctan2(np.hypot(t1, t2), t3), np.arctan2(t1, t2)
    norm = response * monitor
    if solid_angle:
        norm = norm * (poni["dist"] / np.sqrt((y - poni["poni1"])**2 + (x - poni["poni2"])**2 + poni["dist"]**2))**3
    if polarization is not None:
        cos2 = np.cos(two_theta)**2
        norm = norm * 0.5 * (1 + cos2 - polarization * np.cos(2 * chi) * (1 - cos2))
    usable = np.isfinite(norm) & (norm > 0)
    keep, keep_static = keep & usable, keep_static & usable

    centre = radial(poni, unit, y, x)
    half = np.zeros_like(centre)
    if splitting == "bbox":
        for ds in (0, 1):
            for df in (0, 1):
                half = np.maximum(half, np.abs(radial(poni, unit, (slow + ds) * p1, (fast + df) * p2) - centre))
    low, high = np.maximum(0.0, centre - half), centre + half
    lo, hi = radial_range if radial_range else (low[keep_static].min(), high[keep_static].max())
    if sector is not None:
        width = (sector[1] - sector[0]) % 360 or 360.0
        keep = keep & ((np.degrees(chi) - sector[0]) % 360 < width)
    edges = lo + (hi - lo) / bins * np.arange(bins + 1)
    edges[-1] = hi

    pixels = np.flatnonzero(keep)
    names = ("signal", "signal_variance", "normalisation", "count", "squares")
    sums = {name: np.zeros(bins) for name in names}

    def add(bin_index, share, pixel):
        s, v, n = raw.flat[pixel], variance.flat[pixel], norm.flat[pixel]
        if average == "mean_of_corrected":
            parts = (share * s / n, share**2 * v / n**2, share, share, share * (s / n)**2)
        else:
            parts = (share * s, share**2 * v, share * n, share, share * s**2 / n)
        for name, part in zip(names, parts):
            np.add.at(sums[name], bin_index, part)

    if splitting == "none":
        inside = pixels[(centre.flat[pixels] >= lo) & (centre.flat[pixels] <= hi)]
        index = np.floor((centre.flat[inside] - lo) / ((hi - lo) / bins)).astype(int)
        add(np.minimum(index, bins - 1), np.ones(len(inside)), inside)
    else:
        a, b = low.flat[pixels], high.flat[pixels]
        first = np.clip(np.searchsorted(edges, a, side="right") - 1, 0, bins - 1)
        last = np.clip(np.searchsorted(edges, b, side="left") - 1, 0, bins - 1)
        for offset in range((last - first).max() + 1):
            index = np.minimum(first + offset, bins - 1)
            overlap = np.minimum(b, edges[index + 1]) - np.maximum(a, edges[index])
            some = (first + offset <= last) & (overlap > 0)
            add(index[some], (overlap / (b - a))[some], pixels[some])

    n = np.where(sums["count"] > 0, sums["normalisation"], np.nan)
    intensity = sums["signal"] / n
    spread = np.sqrt(np.maximum(0.0, sums["squares"] / n - intensity**2))
    return {"edges": edges, "intensity": intensity, "variance": sums["signal_variance"] / n**2,
            "standard_deviation": spread, "signal": sums["signal"], "signal_variance": sums["signal_variance"],
            "normalisation": sums["normalisation"], "count": sums["count"]}
