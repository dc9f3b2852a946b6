// SPDX-License-Identifier: BSD-3-Clause
// What headers and rows say of a run, as facts of the output or as coordinates of its curves.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sluice/sdk/plugin.hpp>

#include "curves.hpp"

namespace sluice::text_source {

/// Names of coordinates that are taken, and by what.
using NameOwners = std::map<std::string, std::string>;

/// What the rows of each curve say, into curves: their number; their rate, where the coordinate is a temperature, in `unit`, and
/// there is a time; their frequency, where a column that begins with "freq" or "angular freq" holds one value only.
void read_rows(const sdk::Setup& setup, const std::vector<Table>& tables, const PieceOptions& options, const std::string& unit,
               Curves& curves);

/// heating_rate (K/min), mass (mg), frequency (Hz), instrument, sample, exo and modulated: a fact when all curves agree in it;
/// else, but for exo and modulated, a coordinate of the curves (NaN, or "", where one is not known) when its name is not taken.
/// What no file says is not there. Throws sdk::RecipeError for files whose exo differs.
void describe_run(const sdk::Probe& probe, const Curves& curves, const std::vector<sdk::DimSize>& dims, NameOwners& names);

}  // namespace sluice::text_source
