#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares profiles of the real CeO2 frame with pyFAI, with oracle.py, and with the lattice of CeO2.

usage: compare_ceo2.py DATA_DIR RESULT [--splitting none|bbox] [--error-model poisson|poisson_floor_one]
                       [--path /entry/profile]

DATA_DIR holds CeO2_Pilatus1M.tif and .poni. RESULT is a text file of columns (q in 1/nm, intensity, standard error)
or an HDF5 file with an NXdata group at --path. It must be made with 1000 bins over 0.5 to 80 1/nm, flip slow,
negative pixels masked, solid angle, no polarization. Run with Debian's python3, python3-pyfai and python3-fabio;
without them it says so and ends with 77.

The range is fixed because pyFAI widens the upper end of its axis by 2^-23, which moves steep flanks by 1e-4; it is
given an end that much lower, and the axes agree. pyFAI's variance is max(1, raw), so its sigma is compared with that
of poisson_floor_one alone.

The oracle is compared in every bin with more than 3 pixels. Left out of the comparison with pyFAI are the three
first and last bins, where it piles up what lies outside the range, and without splitting the bins that have a pixel
centre so near an edge that float32, in which pyFAI bins, cannot tell its side: there whole pixels change bins. What
pyFAI gives with these bins is printed too.
"""
import argparse
import pathlib
import sys

try:
    import fabio
    import h5py
    import numpy as np
    import pyFAI
    import scipy.optimize
    from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
except ImportError as missing:
    print(f"skipped: {missing}; install python3-pyfai, python3-h5py and python3-scipy")
    sys.exit(77)

import oracle

CEO2_ANGSTROM = 5.411651  # NIST SRM 674b
CEO2_HKL_SQUARES = (3, 4, 8, 11, 12, 16, 19, 20, 24)
RANGE_INV_NM = (0.5, 80.0)


def read_poni(path):
    """The keys of a dialect 1 file, of which only numbers are used."""
    values = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line and line[0] != "#")
    names = {"dist": "Distance", "poni1": "Poni1", "poni2": "Poni2", "rot1": "Rot1", "rot2": "Rot2", "rot3": "Rot3",
             "pixel1": "PixelSize1", "pixel2": "PixelSize2", "wavelength": "Wavelength"}
    return {name: float(values[key]) for name, key in names.items()}


def read_result(path, group):
    if path.suffix in (".h5", ".nxs", ".hdf5"):
        with h5py.File(path) as file:
            data = file[group]
            axis = data.attrs["axes"][-1] if not isinstance(data.attrs["axes"], str) else data.attrs["axes"]
            signal = data.attrs["signal"]
            q, unit = data[axis][()], data[axis].attrs.get("units", "1/nm")
            q = 0.5 * (q[:-1] + q[1:]) if len(q) == data[signal].shape[-1] + 1 else q
            assert unit in ("1/nm", "nm-1"), f"q in {unit}, must be 1/nm"
            return q, np.ravel(data[signal][()]), np.ravel(data[f"{signal}_errors"][()])
    return np.loadtxt(path, unpack=True, usecols=(0, 1, 2))


def pyfai_profile(image, poni, splitting):
    integrator = AzimuthalIntegrator(**poni)
    result = integrator.integrate1d_ng(image, 1000, unit="q_nm^-1", mask=image < 0, correctSolidAngle=True,
                                       error_model="poisson",
                                       radial_range=(RANGE_INV_NM[0], RANGE_INV_NM[1] / (1 + 2**-23)),
                                       method=("no" if splitting == "none" else splitting, "csr", "cython"))
    return result.radial, result.intensity, result.sigma


def doubtful_bins(stored, poni, edges):
    """Bins with an edge nearer to a pixel centre than three float32 roundings."""
    slow, fast = np.indices(stored.shape) + 0.5
    q = oracle.radial(poni, "q_inv_nm", slow * poni["pixel1"], fast * poni["pixel2"])[stored[::-1] >= 0]
    nearest = np.clip(np.rint((q - edges[0]) / (edges[1] - edges[0])).astype(int), 0, len(edges) - 1)
    edge = np.unique(nearest[np.abs(q - edges[nearest]) < 3 * 2**-24 * q])
    doubtful = np.zeros(len(edges) + 1, bool)
    doubtful[edge] = doubtful[edge + 1] = True
    return doubtful[1:-1]


def report(name, ours, theirs, good):
    """Prints the spread of relative differences and returns it over the good bins."""
    relative = np.abs(ours[good] - theirs[good]) / np.maximum(np.abs(theirs[good]), 1e-300)
    print(f"{name:24s} 99 % of {good.sum()} bins within {np.quantile(relative, 0.99):.2e}, "
          f"all within {relative.max():.2e}")
    return relative


def is_near(relative):
    """99 % within 1e-5, all within 1e-4: what float32 coordinates and shares of pyFAI allow."""
    return np.quantile(relative, 0.99) < 1e-5 and relative.max() < 1e-4


def ring(two_theta, height, centre, width, ground, slope):
    return height * np.exp(-0.5 * ((two_theta - centre) / width)**2) + ground + slope * (two_theta - centre)


def ring_offsets(q_inv_nm, intensity, sigma, wavelength_m):
    """Centres of fitted Gaussians minus Bragg angles, in degrees of 2theta."""
    two_theta = np.degrees(2 * np.arcsin(q_inv_nm * 1e9 * wavelength_m / (4 * np.pi)))
    offsets = []
    for square in CEO2_HKL_SQUARES:
        expected = np.degrees(2 * np.arcsin(wavelength_m * 1e10 * np.sqrt(square) / (2 * CEO2_ANGSTROM)))
        near = np.abs(two_theta - expected) < 0.2
        x, y = two_theta[near], intensity[near]
        start = (y.max() - y.min(), expected, 0.05, y.min(), 0.0)
        offsets.append(scipy.optimize.curve_fit(ring, x, y, start, sigma[near])[0][1] - expected)
    return np.array(offsets)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("--splitting", choices=("none", "bbox"), default="bbox")
    parser.add_argument("--error-model", choices=("poisson", "poisson_floor_one"), default="poisson")
    parser.add_argument("--path", default="/entry/profile")
    options = parser.parse_args()
    stored = fabio.open(options.data / "CeO2_Pilatus1M.tif").data
    poni = read_poni(options.data / "CeO2_Pilatus1M.poni")
    q, intensity, sigma = read_result(options.result, options.path)

    truth = oracle.oracle_integrate(stored, poni, splitting=options.splitting, error_model=options.error_model,
                                    mask=stored < 0, flip="slow", radial_range=RANGE_INV_NM)
    good = truth["count"] > 3
    ok = report("intensity, oracle", intensity, truth["intensity"], good).max() < 1e-6
    ok &= report("sigma, oracle", sigma, np.sqrt(truth["variance"]), good).max() < 1e-6

    print(f"pyFAI {pyFAI.version}")
    theirs_q, theirs, theirs_sigma = pyfai_profile(np.ascontiguousarray(stored[::-1]), poni, options.splitting)
    print(f"axes differ by at most {np.abs(q - theirs_q).max() / (q[1] - q[0]):.1e} of a bin")
    inner = good.copy()
    inner[:3] = inner[-3:] = False
    compared = inner & ~doubtful_bins(stored, poni, truth["edges"]) if options.splitting == "none" else inner
    report("intensity, every inner", intensity, theirs, inner)
    ok &= is_near(report("intensity, pyFAI", intensity, theirs, compared))
    if options.error_model == "poisson_floor_one":
        ok &= is_near(report("sigma, pyFAI", sigma, theirs_sigma, compared))

    offsets = ring_offsets(q, intensity, sigma, poni["wavelength"])
    print(f"{len(offsets)} rings within {np.abs(offsets).max():.4f} degrees of the lattice")
    ok &= np.abs(offsets).max() < 0.005
    print("ok" if ok else "FAILED")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
