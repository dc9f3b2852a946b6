// SPDX-License-Identifier: BSD-3-Clause
// pipelines/pdf/powder.json beside PDFgetX3: the same G(r) of nickel.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "recipes/recipe_file.hpp"
#include "support/arrays.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;

struct Curve {
    std::vector<double> x, y;
};

/// What stands behind the line of titles of a .gr file.
Curve read_gr(const std::filesystem::path& file) {
    std::ifstream text(file);
    std::string line;
    while (std::getline(text, line) && line.rfind("#L", 0) != 0) {}
    Curve out;
    for (double x = 0, y = 0; text >> x >> y;) out.x.push_back(x), out.y.push_back(y);
    return out;
}

/// Of two curves between `from` and `to`: Pearson's correlation, the factor that brings b to a, and what then differs.
struct Likeness {
    double correlation = 0, scale = 0, relative_rms = 0;
};

Likeness compare(const std::vector<double>& x, const std::vector<double>& a, const std::vector<double>& b, double from, double to) {
    double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] < from || x[i] > to) continue;
        n += 1, sa += a[i], sb += b[i], saa += a[i] * a[i], sbb += b[i] * b[i], sab += a[i] * b[i];
    }
    Likeness out;
    out.correlation = (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
    out.scale = sab / sbb;
    out.relative_rms = std::sqrt((saa - sab * sab / sbb) / saa);
    return out;
}

}  // namespace

TEST_CASE("nickel: the ad hoc way gives the G(r) of PDFgetX3") {
    const auto folder = shared_data("pdf/real/ni_pdfttp");
    if (!folder) return;
    // Past row 1563 the bins are masked and hold zeros; q_max_instrument ends before them.
    const auto kept = run_pipeline("pdf/powder.json", {{"curve", (*folder / "Ni.chi").string()}, {"background", (*folder / "kapton.chi").string()},
                                                       {"composition", "Ni"}, {"wavelength", 0.1835957}, {"q_max_instrument", 31.26},
                                                       {"q_max", 24}, {"r_poly", 0.9}, {"r_max", 60}});
    const auto reference = read_gr(*folder / "Ni.gr");
    const auto ours = values_of(kept.at("pair.reduced"));
    const auto r = values_of(*kept.at("pair.reduced").description().coordinate("r")->values);
    REQUIRE(ours.size() == reference.y.size());
    CHECK(r[1234] == doctest::Approx(reference.x[1234]));
    const auto found = compare(r, reference.y, ours, 1.5, 30);
    MESSAGE("nickel: correlation " << found.correlation << ", scale " << found.scale << ", relative rms " << found.relative_rms);
    CHECK(found.correlation > 0.9999);
    CHECK(found.scale == doctest::Approx(1).epsilon(0.02));
    CHECK(found.relative_rms < 0.02);
}
