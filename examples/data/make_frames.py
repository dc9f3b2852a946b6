#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the frames beside this file: make_frames.py FOLDER. Needs python3-h5py and python3-numpy.

three_samples.h5  /entry/data/data [sample: 3, y: 64, x: 64], counts
empty_cell.h5     /entry/data/data [exposure: 4, y: 64, x: 64], counts
tilted.poni       their geometry

Expected counts are I(q) Omega P at the centre of each pixel, with I(q) = 50 + A / (1 + q^2 (0.5 nm)^2)^2 and A = 2000, 4000,
8000 for the samples, 0 for the cell; Omega = cos^3 of the angle of incidence, P the polarization for the factor 0.95. The geometry
is that of .poni files (Kieffer and Karkoulis 2013, J. Phys. Conf. Ser. 425, 202012), written out here on its own. Noise: Poisson.
"""
import pathlib
import sys

import h5py
import numpy

SHAPE = (64, 64)
PIXEL_M, DISTANCE_M, PONI1_M, PONI2_M, ROT1, ROT2, WAVELENGTH_M = 1e-3, 0.12, 0.007, 0.009, 0.03, -0.02, 1e-10
AMPLITUDES, LENGTH_NM, FLAT, POLARIZATION = (2000, 4000, 8000), 0.5, 50, 0.95

PONI = f"""# Geometry of three_samples.h5 and empty_cell.h5.
poni_version: 2.1
Detector: Detector
Detector_config: {{"pixel1": {PIXEL_M}, "pixel2": {PIXEL_M}, "max_shape": [{SHAPE[0]}, {SHAPE[1]}], "orientation": 3}}
Distance: {DISTANCE_M}
Poni1: {PONI1_M}
Poni2: {PONI2_M}
Rot1: {ROT1}
Rot2: {ROT2}
Rot3: 0
Wavelength: {WAVELENGTH_M}
"""


def corrections():
    """q in 1/nm, and Omega P, of every pixel."""
    rows, columns = numpy.indices(SHAPE) + 0.5
    x1, x2, x3 = rows * PIXEL_M - PONI1_M, columns * PIXEL_M - PONI2_M, numpy.full(SHAPE, DISTANCE_M)
    omega = (DISTANCE_M / numpy.sqrt(x1**2 + x2**2 + x3**2)) ** 3
    # R1 about axis 1 by rot1 (left-handed), then R2 about axis 2 by rot2 (left-handed).
    x2, x3 = x2 * numpy.cos(ROT1) + x3 * numpy.sin(ROT1), x3 * numpy.cos(ROT1) - x2 * numpy.sin(ROT1)
    x1, x3 = x1 * numpy.cos(ROT2) - x3 * numpy.sin(ROT2), x3 * numpy.cos(ROT2) + x1 * numpy.sin(ROT2)
    two_theta, chi = numpy.arctan2(numpy.hypot(x1, x2), x3), numpy.arctan2(x1, x2)
    polarization = (1 + numpy.cos(two_theta)**2 - POLARIZATION * numpy.cos(2 * chi) * numpy.sin(two_theta)**2) / 2
    return 4e-9 * numpy.pi / WAVELENGTH_M * numpy.sin(two_theta / 2), omega * polarization


def write(file, name, frames):
    with h5py.File(file, "w") as out:
        out.attrs["NX_class"] = "NXroot"
        for group, nx_class in (("entry", "NXentry"), ("entry/data", "NXdata")):
            out.create_group(group).attrs["NX_class"] = nx_class
        out["entry/data"].attrs["signal"] = "data"
        data = out.create_dataset("entry/data/data", data=frames.astype("uint32"), chunks=(1, *SHAPE), compression="gzip",
                                  compression_opts=9, shuffle=True, track_times=False)
        data.attrs["units"] = "count"
        data.attrs["long_name"] = name


def main(folder):
    q, correction = corrections()
    random = numpy.random.default_rng(20)
    form = 1 / (1 + (q * LENGTH_NM)**2)**2
    write(folder / "three_samples.h5", "frames of three samples",
          numpy.stack([random.poisson((FLAT + a * form) * correction) for a in AMPLITUDES]))
    write(folder / "empty_cell.h5", "frames of the empty cell", random.poisson(FLAT * correction, (4, *SHAPE)))
    (folder / "tilted.poni").write_text(PONI)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
