#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Does a result open in other programs? check_result.py RESULT SIGNAL: exit 0 yes, 1 no, 77 h5py or silx is not installed.

Through silx, whose reader `silx view` uses: the chain of @default ends at the NXdata with this signal; it and all others are valid, with
units, one axis per dimension of that dimension's length, and errors of the signal's shape. Through h5py: an NXprocess per step in
the order of sequence_index, and the recipe as JSON.
"""
import json
import sys

try:
    import h5py
    from silx.io import nxdata
except ImportError as problem:
    print("skipped:", problem)
    sys.exit(77)


def need(condition, *what):
    if not condition:
        raise SystemExit(" ".join(str(each) for each in what))


def of_class(root, nx_class):
    found = []
    root.visititems(lambda _, each: found.append(each) if each.attrs.get("NX_class") == nx_class else None)
    return found


def check_data(group):
    data = nxdata.NXdata(group)
    need(data.is_valid, group.name, "is not valid for silx:", data.issues)
    need("units" in data.signal.attrs, group.name, "has no unit of its signal")
    need(all(data.axes_dataset_names), group.name, "lacks an axis:", data.axes_dataset_names)
    for axis, length in zip(data.axes_dataset_names, data.signal.shape):
        need(group[axis].shape == (length,), group.name, axis, "has not the length of its dimension")
        need("units" in group[axis].attrs, group.name, axis, "has no unit")
    if data.errors is not None:
        need(data.errors.shape == data.signal.shape, group.name, "has errors of another shape")
    return data


def check_process(root):
    steps = [each for each in of_class(root, "NXprocess") if "sequence_index" in each]
    need(sorted(int(each["sequence_index"][()]) for each in steps) == list(range(1, len(steps) + 1)),
         "sequence_index does not run from 1 to the number of steps")
    recipe = json.loads(root["entry/process/recipe/data"][()])
    used = [name for name in recipe["steps"] if not name.startswith("//")]
    need(len(steps) == len(used), "an NXprocess per step is needed:", len(steps), "for", used)


def main(file, signal):
    with h5py.File(file, "r") as root:
        default = nxdata.get_default(root)
        need(default is not None, "@default reaches no NXdata that is valid for silx")
        need(default.signal_dataset_name == signal, "@default reaches", default.signal_dataset_name, "and not", signal)
        need(default.errors is not None, "silx finds no errors of the default signal")
        every = of_class(root, "NXdata")
        for group in every:
            check_data(group)
        check_process(root)
        print("ok:", len(every), "NXdata")


if __name__ == "__main__":
    main(*sys.argv[1:])
