// SPDX-License-Identifier: BSD-3-Clause
// Text exports of thermal analysers: their tables, and what their headers say of the run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "header_keys.hpp"
#include "kernel.hpp"

namespace sluice::text_source {

/// table: any table of numbers. trios: text export (LIMS) of TA Instruments TRIOS. proteus: of NETZSCH Proteus.
/// ta_universal: of TA Instruments Universal Analysis.
enum class Dialect { table, trios, proteus, ta_universal };

/// The dialect of that name. Throws std::invalid_argument listing the four names.
[[nodiscard]] Dialect dialect_from_name(std::string_view name);

/// What a header says of the run; empty where it does not.
struct RunFacts {
    std::optional<HeaderNumber> mass;              ///< above 0, and its unit
    std::optional<double> heating_rate_k_per_min;  ///< below 0: cooling
    std::string exo;                               ///< "up" or "down"
    std::string instrument;
    std::string sample;
    bool modulated = false;  ///< a column holds a signal of a temperature-modulated run
};

/// One table of a file; a TRIOS export has one per [step].
struct Block {
    std::string name;
    std::int64_t line = 0;  ///< where it begins
    Table table;            ///< the header is that of the file, as lines "key: value"; no rows: an empty step
};

struct Export {
    std::vector<Block> blocks;  ///< at least one
    RunFacts facts;
};

/// The blocks between lines [step]: lines "key <tab> value", then titles ("Variables" first), units, and rows whose first field
/// is a word such as "Data point". A column without unit is a plain number; an empty field is NaN, and a column of texts is all
/// NaN. Throws std::runtime_error with file:line for a text without [step], a row of another length, a field that is no number in
/// a column of numbers, and a block with fewer or more rows than its "Number of points" says: it was cut off.
[[nodiscard]] Export parse_trios(std::string_view text, const std::string& file, const Format& format);

/// Lines "#KEY:value", then titles "##Temp./degC;Time/min;DSC/(mW/mg)" and the rows. #SEPARATOR and #DECIMAL say how to read
/// them, else format does. Facts: #SAMPLE MASS /mg, #EXO (1 up, -1 down), #RANGE when it names one rate, #INSTRUMENT, #SAMPLE.
/// Throws std::runtime_error for a text without a title line "##", for #EXPORTTYPE:DATA COMPARE (several curves side by side),
/// and as parse_table().
[[nodiscard]] Export parse_proteus(std::string_view text, const std::string& file, const Format& format);

/// Lines "key <tab> value", Sig1, Sig2 … for titles, StartOfData, rows. Rows whose time is below 0 are marks of the program and
/// left out. Facts: Size, Exotherm, Instrument, Sample. Throws std::runtime_error for a text without StartOfData or Sig lines,
/// for another number of columns than of Sig lines, and as parse_table().
[[nodiscard]] Export parse_ta_universal(std::string_view text, const std::string& file, const Format& format);

/// The file in that dialect. For a plain table the facts are empty but for `modulated`.
[[nodiscard]] Export read_export(const std::string& file, Dialect dialect, const Format& format);

/// Whether a title is that of a signal of temperature-modulated calorimetry: reversing, non-reversing, modulated.
[[nodiscard]] bool has_modulated_signal(const Table& table);

/// A mass with its unit, "9.00000 mg"; nothing when it has no unit, is no number or not above 0.
[[nodiscard]] std::optional<HeaderNumber> mass_from_text(std::string_view text, const Format& format);

}  // namespace sluice::text_source
