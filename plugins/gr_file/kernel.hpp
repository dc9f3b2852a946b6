// SPDX-License-Identifier: BSD-3-Clause
// One curve as a table with the header of PDFgetX3.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/io/gathered_array.hpp>
#include <sluice/io/run_record.hpp>

namespace sluice::gr_file {

enum class Type { gr, sq, fq, iq, chi, xy };

/// Throws std::invalid_argument listing the names.
[[nodiscard]] Type type_from_name(std::string_view name);

/// Factor f with value_in(to) = f value_in(from); 0 when there is none.
using UnitFactor = std::function<double(std::string_view from, std::string_view to)>;

using Keys = std::vector<std::pair<std::string, std::string>>;

struct Options {
    Type type = Type::gr;
    bool errors = true;
    bool rows_of_nan = false;  ///< false: what is masked or NaN has no row
    Keys keys = {};            ///< further ones
};

/// What the columns are, found without the values.
struct Layout {
    std::string dim;                       ///< of the rows
    const io::Coordinate* axis = nullptr;  ///< in the array
    std::string x_unit, y_unit;            ///< of the file
    double x_factor = 1, y_factor = 1;     ///< from the units of the array
    std::string title;                     ///< "#L r($\AA$)  G($\AA^{-2}$)"
    bool errors = false;
};

/// How the array is written. It must be one curve: all dimensions but the last have one element. Its units must convert to those
/// of the type: gr angstrom and 1/angstrom^2, sq and fq 1/angstrom and 1 or 1/angstrom, iq and chi 1/angstrom and any; xy takes
/// any, and brings q to 1/angstrom, angles to degrees and lengths to angstrom. Throws std::invalid_argument that says what does
/// not fit.
[[nodiscard]] Layout lay_out(const io::GatheredArray& array, const Options& options, const UnitFactor& factor);

/// The whole file: header lines behind #, "#### start data", the titles, the rows. Numbers are the shortest decimals that read
/// back as the same double. Throws std::runtime_error when no point is left, or a coordinate is not finite.
[[nodiscard]] std::string file_text(const io::GatheredArray& array, const Layout& layout, const Options& options,
                                    const io::RunRecord& record, const UnitFactor& factor);

// ---- the header (header.cpp)
// ----------------------------------------------------------------------------------------------------

/// Keys from the facts, as PDFgetX3 calls them: composition, wavelength (angstrom), qmin, qmax, qmaxinst (1/angstrom), rpoly;
/// other facts by their own names with their units; then what the curve stands for (temperature = 310 K as "temperature = 310").
[[nodiscard]] Keys keys_of_array(const io::GatheredArray& array, const std::string& dim, const UnitFactor& factor);


}  // namespace sluice::gr_file
