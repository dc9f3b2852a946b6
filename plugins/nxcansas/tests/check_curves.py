#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Is this a NXcanSAS file with these curves? check_curves.py FILE EXPECTED: exit 0 yes, 1 no, 77 h5py is not installed.

EXPECTED is JSON: a list of {"title", "q_unit", "i_unit", "q": [...], "i": [...], "sigma": [...] or null, "left_out", "temperature"}, one
per SASentry in order. Checks through h5py what the NXcanSAS 1.1 definition asks for, through silx (if installed) that it is plotted with
its errors, and through SasView's own loader (if installed) that it finds the same points.
"""
import json
import logging
import sys
import warnings

try:
    import h5py
    import numpy
except ImportError as problem:
    print("skipped:", problem)
    sys.exit(77)

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
TO_INV_ANGSTROM = {"1/angstrom": 1.0, "1/nm": 0.1, "1/m": 1e-10}
NX_CLASS = {"SASentry": "NXentry", "SASdata": "NXdata", "SASsample": "NXsample", "SASinstrument": "NXinstrument", "SASsource": "NXsource",
            "SASprocess": "NXprocess", "SASnote": "NXnote"}


def need(condition, *what):
    if not condition:
        raise SystemExit(" ".join(str(each) for each in what))


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def check_classes(_, item):
    if isinstance(item, h5py.Group):
        sas = item.attrs.get("canSAS_class")
        need(NX_CLASS.get(sas) == item.attrs.get("NX_class"), item.name, "has classes", sas, item.attrs.get("NX_class"))
    elif item.dtype.kind in "fiu":
        need("units" in item.attrs, item.name, "has no units")


def check_entry(entry, wanted):
    entry.visititems(check_classes)
    need(entry.attrs["canSAS_class"] == "SASentry" and entry.attrs["NX_class"] == "NXentry", entry.name)
    need(entry.attrs["version"] == "1.1" and text(entry["definition"][()]) == "NXcanSAS", entry.name, "is not NXcanSAS 1.1")
    need(text(entry["title"][()]) == wanted["title"], "title", entry["title"][()])
    need(entry["run"][()] and entry.attrs["default"] in entry, "run, default")
    data = entry[entry.attrs["default"]]
    need(data.attrs["signal"] == "I" and data.attrs["I_axes"] == "Q" and list(data.attrs["axes"]) == ["Q"], "signal and axes")
    need(data.attrs["Q_indices"].dtype.kind == "i" and list(data.attrs["Q_indices"]) == [0], "Q_indices must be integer")
    need(data.attrs["points_left_out"] == wanted["left_out"], "points_left_out", data.attrs["points_left_out"])
    need(data["Q"].attrs["units"] == wanted["q_unit"] and data["I"].attrs["units"] == wanted["i_unit"], "units", data["I"].attrs["units"])
    need(numpy.array_equal(data["Q"][()], wanted["q"]), "Q", data["Q"][()])
    need(numpy.allclose(data["I"][()], wanted["i"], rtol=1e-15, atol=0), "I", data["I"][()])
    if wanted["sigma"] is None:
        need("uncertainties" not in data["I"].attrs and "Idev" not in data, "no uncertainties")
    else:
        need(data["I"].attrs["uncertainties"] == "Idev" and data["Idev"].attrs["units"] == wanted["i_unit"], "uncertainties")
        need(numpy.allclose(data["Idev"][()], wanted["sigma"], rtol=1e-15, atol=0), "Idev", data["Idev"][()])
        need(isinstance(data.get("I_errors", getlink=True), h5py.SoftLink) and data["I_errors"] == data["Idev"], "I_errors")
    if "temperature" in wanted:
        need(entry["sassample/temperature"][()] == wanted["temperature"], "temperature")
    processes = [each for each in entry.values() if each.attrs.get("canSAS_class") == "SASprocess"]
    need(processes and all("name" in each and "date" in each for each in processes), "processes")
    recipes = [each["recipe"] for each in processes if "recipe" in each]
    need(recipes and json.loads(text(recipes[-1]["data"][()]))["sluice"] == 1, "the recipe")


def check_silx(path, expected):
    try:
        from silx.io import nxdata
    except ImportError:
        print("without silx")
        return
    with h5py.File(path, "r") as file:
        plot = nxdata.get_default(file)
        need(plot is not None and plot.is_valid and plot.signal_dataset_name == "I" and plot.axes_dataset_names == ["Q"], "silx does not plot it")
        need((plot.errors is None) == (expected[0]["sigma"] is None), "silx sees no errors")


def check_sasview(path, expected):
    try:
        from sas.sascalc.dataloader.loader import Loader
    except ImportError:
        print("without SasView")
        return
    found = Loader().load(path)
    need(len(found) == len(expected), "SasView finds", len(found), "curves")
    for curve, wanted in zip(found, expected):
        need(not curve.errors or len(wanted["q"]) < 5, "SasView:", curve.errors)   # it calls fewer than 5 points an error
        need(numpy.allclose(curve.x, numpy.array(wanted["q"]) * TO_INV_ANGSTROM[wanted["q_unit"]], rtol=1e-12, atol=0), "SasView's q")
        need(numpy.allclose(curve.y, wanted["i"], rtol=1e-12, atol=0), "SasView's I")
        need(wanted["sigma"] is None or numpy.allclose(curve.dy, wanted["sigma"], rtol=1e-12, atol=0), "SasView's dI")
        need(curve.title == wanted["title"] and curve.process, "SasView's title and processes")


def main(path, expected):
    with h5py.File(path, "r") as file:
        need(file.attrs["NX_class"] == "NXroot" and file.attrs["default"] == sorted(file)[0], "root")
        need(len(file) == len(expected), "there are", len(file), "entries")
        for name, wanted in zip(sorted(file), expected):
            check_entry(file[name], wanted)
    check_silx(path, expected)
    check_sasview(path, expected)


main(sys.argv[1], json.loads(sys.argv[2]))
