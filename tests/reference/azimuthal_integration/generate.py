#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes profiles.txt, the frozen values of kernel_test.cpp, from oracle.py (float64, independent of the plugin).

Run with Debian's python3 and python3-numpy: ./generate.py
"""
import pathlib

import numpy as np

import oracle

SHAPE = (23, 29)
TILTED = {"dist": 0.021, "poni1": 0.0031, "poni2": 0.0065, "rot1": 0.1, "rot2": -0.08, "rot3": 0.4,
          "pixel1": 2.4e-4, "pixel2": 3.0e-4, "wavelength": 7.1e-11, "orientation": 3}
FLIPS = ("none", "slow", "fast", "both")
ERROR_MODELS = ("none", "poisson", "poisson_floor_one", "given")


def frames(seed):
    rng = np.random.default_rng(seed)
    image = rng.poisson(rng.uniform(0.5, 300.0, SHAPE)).astype(np.int32)
    mask = (rng.random(SHAPE) < 0.1).astype(np.uint8)
    flat = rng.uniform(0.7, 1.3, SHAPE)
    flat[rng.random(SHAPE) < 0.02] = np.nan
    flat[0, :3] = 0.0
    return image, mask, flat, rng.uniform(0.5, 400.0, SHAPE)


def cases():
    image, mask, flat, variances = frames(20240501)
    holes = image.copy()
    holes[::7, ::5] = -2
    yield "none_q", image, TILTED, dict(splitting="none", polarization=0.95)
    yield "bbox_q", image, TILTED, dict(splitting="bbox", polarization=0.95, mask=mask)
    yield "bbox_masked_flat", image, TILTED, dict(splitting="bbox", mask=mask, flat=flat, monitor=2.5)
    yield "none_dummy", holes, TILTED, dict(splitting="none", dummy=-2.0, delta_dummy=0.5, flat=flat)
    yield "bbox_dummy", holes, TILTED, dict(splitting="bbox", dummy=-2.0, saturation=250.0, unit="q_inv_angstrom")
    yield "none_given", image, TILTED, dict(splitting="none", error_model="given", variances=variances)
    yield "bbox_given", image, TILTED, dict(splitting="bbox", error_model="given", variances=variances,
                                            unit="two_theta_deg", radial_range=(3.0, 10.0), sector=(100.0, -120.0))
    yield "none_sector", image, TILTED, dict(splitting="none", unit="two_theta_rad", sector=(-30.0, 200.0),
                                             error_model="poisson_floor_one")
    yield "none_corrected", image, TILTED, dict(splitting="none", average="mean_of_corrected", polarization=-0.3,
                                                unit="radius_mm", flat=flat, monitor=0.4)
    yield "bbox_corrected", holes, TILTED, dict(splitting="bbox", average="mean_of_corrected", polarization=1.0,
                                                dummy=-2.0, error_model="poisson_floor_one")
    for orientation in (1, 2, 4):
        yield f"orientation_{orientation}", image, {**TILTED, "orientation": orientation}, dict(splitting="bbox")
    for flip in FLIPS[1:]:
        yield f"flip_{flip}", image, {**TILTED, "orientation": 2}, dict(splitting="none", flip=flip)


def numbers(values):
    return " ".join(repr(float(v)).removesuffix(".0") for v in np.ravel(values))


def write_case(out, name, image, poni, options):
    result = oracle.oracle_integrate(image, poni, bins=20, **options)
    keys = ("dist", "poni1", "poni2", "rot1", "rot2", "rot3", "pixel1", "pixel2", "wavelength", "orientation")
    dummy = options.get("dummy")
    lines = {
        "case": name,
        "poni": numbers([poni[key] for key in keys]),
        "unit": oracle.UNITS.index(options.get("unit", "q_inv_nm")),
        "range": numbers(options.get("radial_range", ())),
        "sector": numbers(options.get("sector", ())),
        "splitting": int(options["splitting"] == "bbox"),
        "polarization": numbers(options.get("polarization", ())),
        "flip": FLIPS.index(options.get("flip", "none")),
        "average": int(options.get("average") == "mean_of_corrected"),
        "error_model": ERROR_MODELS.index(options.get("error_model", "poisson")),
        "dummy": "" if dummy is None else numbers([dummy, options.get("delta_dummy", 0.0)]),
        "saturation": numbers(options.get("saturation", ())),
        "monitor": numbers(options.get("monitor", 1.0)),
        "mask": numbers(options.get("mask", ())),
        "flat": numbers(options.get("flat", ())),
        "variances": numbers(options.get("variances", ())),
        "image": numbers(image),
    }
    lines.update({key: numbers(values) for key, values in result.items()})
    for key, value in lines.items():
        out.write(f"{key} {value}".rstrip() + "\n")


def main():
    with open(pathlib.Path(__file__).parent / "profiles.txt", "w") as out:
        out.write("# Made by generate.py from oracle.py; images of 23 x 29 pixels, 20 bins. BSD-3-Clause.\n")
        for case in cases():
            write_case(out, *case)


if __name__ == "__main__":
    main()
