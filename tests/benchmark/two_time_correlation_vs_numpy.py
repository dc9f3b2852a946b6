#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares two-time correlation per train with a straightforward NumPy/OpenBLAS chain, each on one thread of one core.

usage: two_time_correlation_vs_numpy.py BENCHMARK_EXECUTABLE [ROUNDS]

Runs the two in turn, ROUNDS times (default 5), and prints medians of processor time. NumPy gathers each ring of each
train once, multiplies it with itself and with both neighbours, normalises, symmetrises, subtracts and adds up. Ours does the
same, and keeps what standard errors and contrast need.
Run with Debian's python3 and python3-numpy on libopenblas0.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HEIGHT, WIDTH, PULSES, RINGS, RING_PIXELS, TRAINS = 250, 300, 50, 12, 5000, 16  # as in the benchmark
TYPES = ("uint16", "uint8")
GROUPS = (1, 4, 16)


def ring_offsets(np):
    """Rings of the benchmark: equal sizes about the centre, one pixel in a hundred and gaps left out."""
    pixels = np.arange(HEIGHT * WIDTH)
    pixels = pixels[pixels % 101 != 50]
    y, x = 2 * (pixels // WIDTH) - HEIGHT + 1, 2 * (pixels % WIDTH) - WIDTH + 1
    pixels = pixels[np.argsort(y * y + x * x, kind="stable")]
    step = RING_PIXELS + 500
    return [np.sort(pixels[500 + ring * step:500 + ring * step + RING_PIXELS]) for ring in range(RINGS)]


def normalised(x, y):
    """X Y^T / (P m m^T) - 1; numpy calls syrk when both are the same."""
    return x @ y.T / (x.shape[1] * x.mean(axis=1)[:, None] * y.mean(axis=1)[None, :]) - 1


def numpy_times():
    """Milliseconds per train by type of frames and of arithmetic, in this process."""
    import numpy as np
    rings = ring_offsets(np)
    rng = np.random.default_rng(1)
    times = {}
    for name in TYPES:
        first = rng.poisson(2, PULSES * HEIGHT * WIDTH).astype(name)
        trains = [np.roll(first, 977 * n).reshape(PULSES, HEIGHT * WIDTH) for n in range(TRAINS)]
        for precision in ("float32", "float64"):
            total = np.zeros((RINGS, PULSES, PULSES), precision)

            def gather(train):
                return [train[:, ring].astype(precision) for ring in rings]

            previous, current = gather(trains[-2]), gather(trains[-1])
            runs = []
            for train in trains:
                start = time.process_time()
                following = gather(train)
                for k, (before, x, after) in enumerate(zip(previous, current, following)):
                    left, right = normalised(before, x), normalised(x, after)
                    total[k] += normalised(x, x) - (left + left.T + right + right.T) / 4
                previous, current = current, following
                runs.append(1e3 * (time.process_time() - start))
            times[f"{name}/{precision}"] = statistics.median(runs)
    return times


def run_numpy():
    output = subprocess.run([sys.executable, __file__, "--numpy"], check=True, capture_output=True)
    return json.loads(output.stdout.splitlines()[-1])


def run_benchmark(executable):
    """The counters of the benchmark: medians of its own repetitions."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([executable, "--benchmark_repetitions=3", "--benchmark_filter=multiply|(sums|gather)/uint(8|16)(/|$)",
                        f"--benchmark_out={file.name}", "--benchmark_out_format=json"], check=True, capture_output=True)
        runs = json.load(open(file.name, encoding="utf-8"))["benchmarks"]
    return {run["run_name"]: run.get("operations_per_s") or 1e3 * run["s_per_train"]
            for run in runs if run["aggregate_name"] == "median"}


def medians(rounds):
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def main():
    if sys.argv[1:] == ["--numpy"]:
        print(json.dumps(numpy_times()))
        return
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ours, theirs = [], []
    for _ in range(int(sys.argv[2]) if len(sys.argv) == 3 else 5):
        ours.append(run_benchmark(sys.argv[1]))
        theirs.append(run_numpy())
    ours, theirs = medians(ours), medians(theirs)
    work = (PULSES * (PULSES + 1) + 2 * PULSES**2) * RINGS * RING_PIXELS
    print(f"{PULSES} pulses, {RINGS} rings of {RING_PIXELS} pixels, with pairs; ms per train;",
          f"sgemm {ours['multiply'] / 1e9:.1f} Gflop/s")
    print(f"{'':18}{'ours':>8}{'floor':>8}{'ours/floor':>12}{'NumPy f32':>11}{'f32/ours':>10}{'NumPy f64':>11}{'f64/ours':>10}")
    for name in TYPES:
        floor = ours[f"gather/{name}"] + 1e3 * work / ours["multiply"]
        single, double = theirs[f"{name}/float32"], theirs[f"{name}/float64"]
        for group in GROUPS:
            mine = ours[f"sums/{name}/group:{group}"]
            print(f"{name + ' group ' + str(group):18}{mine:8.2f}{floor:8.2f}{mine / floor:12.2f}{single:11.1f}{single / mine:10.1f}"
                  f"{double:11.1f}{double / mine:10.1f}")


if __name__ == "__main__":
    main()
