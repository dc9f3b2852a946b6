#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The expected numbers of swaxs_invariant_test.cpp, from the frames in examples/data: invariant_oracle.py.

Plain numpy, no code of sluice: whole pixels by the q of their centre (geometry as examples/data/make_frames.py writes it out)
into 40 bins from 1 to 18 1/nm, sum of counts over sum of Omega P, variance sum of counts over its square; mean over the
exposures of the cell; difference; trapezoids over the centres of the bins. Needs python3-h5py and python3-numpy.
"""
import pathlib
import sys

import h5py
import numpy

DATA = pathlib.Path(__file__).resolve().parents[2] / "examples/data"
sys.path.insert(0, str(DATA))
sys.dont_write_bytecode = True
from make_frames import corrections  # noqa: E402


def profile(frames, q, correction, edges):
    """Intensity and variance [frame, bin]."""
    number = numpy.searchsorted(edges, q.ravel(), side="right") - 1
    inside = (number >= 0) & (number < len(edges) - 1)

    def total(pixels):
        return numpy.bincount(number[inside], pixels.ravel()[inside].astype(float), len(edges) - 1)

    counts, norm = numpy.array([total(frame) for frame in frames]), total(correction)
    return counts / norm, counts / norm**2


def main():
    q, correction = corrections()
    edges = numpy.linspace(1, 18, 41)
    with h5py.File(DATA / "three_samples.h5") as samples, h5py.File(DATA / "empty_cell.h5") as cell:
        intensity, variance = profile(samples["entry/data/data"][()], q, correction, edges)
        of_cell, variance_of_cell = profile(cell["entry/data/data"][()], q, correction, edges)
    net = intensity - of_cell.mean(axis=0)
    variance = variance + variance_of_cell.sum(axis=0) / len(of_cell)**2
    centres = (edges[1:] + edges[:-1]) / 2
    weights = numpy.full(40, edges[1] - edges[0])
    weights[[0, -1]] /= 2
    for values, variances in zip(net, variance):
        print(f"{numpy.sum(weights * centres**2 * values):.12g} +- "
              f"{numpy.sqrt(numpy.sum((weights * centres**2)**2 * variances)):.12g}")


if __name__ == "__main__":
    main()
