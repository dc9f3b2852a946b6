#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares the speed of azimuthal integration with pyFAI, on one thread and on two.

usage: azimuthal_integration_vs_pyfai.py BENCHMARK_EXECUTABLE

Prints milliseconds per frame of the plain read, of the kernel (blocks of 1 and 8 frames) and of pyFAI after warm-up,
with ratios. Run with Debian's python3 and python3-pyfai.
"""
import json
import os
import statistics
import subprocess
import sys
import time

PYFAI_RUNS = 7


def pyfai_times():
    """Milliseconds of one frame by pixel type and splitting, in this process."""
    import numpy as np
    from pyFAI.azimuthalIntegrator import AzimuthalIntegrator
    rng = np.random.default_rng(1)
    times = {}
    for name in ("uint16", "uint32"):
        frame = rng.poisson(50, (2167, 2070)).astype(name)
        for splitting, method in (("none", "no"), ("bbox", "bbox")):
            integrator = AzimuthalIntegrator(dist=0.2, poni1=1083 * 75e-6, poni2=1035 * 75e-6, pixel1=75e-6,
                                             pixel2=75e-6, wavelength=1e-10)
            runs = []
            for _ in range(PYFAI_RUNS + 2):
                start = time.perf_counter()
                integrator.integrate1d_ng(frame, 1000, unit="q_nm^-1", error_model="poisson", correctSolidAngle=True,
                                          polarization_factor=0.95, method=(method, "csr", "cython"))
                runs.append(1e3 * (time.perf_counter() - start))
            times[f"{splitting}/{name}"] = statistics.median(runs[2:])
    return times


def pyfai_with_threads(threads):
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    output = subprocess.run([sys.executable, __file__, "--pyfai"], env=environment, check=True, capture_output=True)
    return json.loads(output.stdout.splitlines()[-1])


def kernel_times(executable):
    output = subprocess.run([executable, "--benchmark_format=json"], check=True, capture_output=True)
    runs = json.loads(output.stdout)["benchmarks"]
    return {run["name"].removesuffix("/real_time"): run["ms_per_frame"] for run in runs}


def main():
    if sys.argv[1:] == ["--pyfai"]:
        print(json.dumps(pyfai_times()))
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    kernel = kernel_times(sys.argv[1])
    print("milliseconds per frame of 2167 x 2070 pixels, 1000 bins, Poisson variance, solid angle, polarization")
    print(f"{'':24}{'read':>8}{'ours':>9}{'pyFAI':>9}{'pyFAI/ours':>12}{'ours/read':>11}")
    for threads in (1, 2):
        pyfai = pyfai_with_threads(threads)
        for splitting in ("none", "bbox"):
            for name in ("uint16", "uint32"):
                for block in (1, 8):
                    read = kernel[f"read/{name}/threads:{threads}"]
                    ours = kernel[f"{splitting}/block:{block}/{name}/threads:{threads}"]
                    theirs = pyfai[f"{splitting}/{name}"]
                    print(f"{splitting} {name} block {block} x{threads}".ljust(24) +
                          f"{read:8.2f}{ours:9.2f}{theirs:9.1f}{theirs / ours:12.1f}{ours / read:11.1f}")


if __name__ == "__main__":
    main()
