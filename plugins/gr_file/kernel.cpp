// SPDX-License-Identifier: BSD-3-Clause
// The columns of each type, and the text of the file.
#include "kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <variant>

namespace sluice::gr_file {
namespace {

struct TypeInfo {
    Type type;
    std::string_view name, x_unit, y_unit;  ///< y_unit "": any
    std::string_view x_title, y_name, y_title_unit, what;
};

constexpr std::string_view per_angstrom_title = R"(Q($\AA^{-1}$))";
constexpr std::array<TypeInfo, 6> types{{
    {Type::gr, "gr", "angstrom", "1/angstrom^2", R"(r($\AA$))", "G", R"(($\AA^{-2}$))", "G(r)"},
    {Type::sq, "sq", "1/angstrom", "1", per_angstrom_title, "S", "", "S(Q)"},
    {Type::fq, "fq", "1/angstrom", "1/angstrom", per_angstrom_title, "F", R"(($\AA^{-1}$))", "F(Q)"},
    {Type::iq, "iq", "1/angstrom", "", per_angstrom_title, "I", "", "I(Q)"},
    {Type::chi, "chi", "1/angstrom", "", per_angstrom_title, "I", "", "I(Q)"},
    {Type::xy, "xy", "", "", "", "", "", "a curve"},
}};

const TypeInfo& info_of(Type type) {
    return *std::find_if(types.begin(), types.end(), [&](const TypeInfo& each) { return each.type == type; });
}

/// No white space: readers split titles at it.
std::string one_word(std::string text, char instead) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ' ' || c == '\t'; }, instead);
    return text;
}

std::string in_brackets(const std::string& unit) { return unit == "1" ? "" : "(" + one_word(unit, '.') + ")"; }

double needed_factor(const io::GatheredArray& array, const TypeInfo& type, const std::string& what, const std::string& own,
                     std::string_view wanted, const UnitFactor& factor) {
    const double found = own == wanted ? 1 : factor(own, wanted);
    if (found != 0) return found;
    throw std::invalid_argument("'" + array.label + "' is no " + std::string(type.what) + " for a ." + std::string(type.name) +
                                " file: its " + what + " is in " + own + ", needed is " + std::string(wanted) +
                                ". Choose another type (xy takes any curve), or convert it (pdf_convert)");
}

void check_one_curve(const io::GatheredArray& array, const std::string& dim, const TypeInfo& type) {
    std::string advice;
    for (const auto& each : array.dims) {
        if (each.name == dim || each.size == 1) continue;
        const auto* axis = io::axis_coordinate(array, each.name);
        const bool by_value = axis && !io::is_text(*axis) && axis->name == each.name && !axis->values.empty();
        advice += " --at " + each.name + "=" + (by_value ? io::number_text(io::centre(*axis, 0)) : std::string("[0]"));
    }
    if (advice.empty()) return;
    throw std::invalid_argument(
        "'" + array.label + "' holds " + std::to_string(io::Curves(array, dim).count()) +
        " curves, and this file takes one. Keep them as nexus_result and write a file of each: sluice export "
        "RESULT --format gr_file --with type=" +
        std::string(type.name) + " --array " + array.label + advice + " -o FILE; or take one in the recipe (slice)");
}

/// The unit in which an axis of any kind is written. Angles go by their names, as percent would convert to degrees too.
std::string unit_of_any(const std::string& own, const UnitFactor& factor) {
    for (const char* angle : {"deg", "degree", "rad", "radian", "mrad", "urad"})
        if (own == angle) return "degree";
    for (const char* unit : {"1/angstrom", "angstrom"})
        if (factor(own, unit) != 0) return unit;
    return own;
}

std::string title_of(const io::GatheredArray& array, const TypeInfo& type, const Layout& layout) {
    const std::string x_name = layout.axis ? layout.axis->name : layout.dim;
    const bool any = type.type == Type::xy;
    const std::string x = any ? one_word(x_name, '_') + in_brackets(layout.x_unit) : std::string(type.x_title);
    const std::string y = any ? one_word(array.label, '_') : std::string(type.y_name);
    const std::string y_unit = type.y_title_unit.empty() ? in_brackets(layout.y_unit) : std::string(type.y_title_unit);
    std::string line = "#L " + x + "  " + y + y_unit;
    if (!layout.errors) return line;
    if (type.type == Type::gr) line += "  d" + x;
    return line + "  d" + y + y_unit;
}

struct Row {
    double x, y, error;
};

std::vector<Row> rows_of(const io::GatheredArray& array, const Layout& layout, const Options& options) {
    const io::Curves curves(array, layout.dim);
    const auto at = curves.indices(0);
    const auto x = layout.axis ? io::centres(*layout.axis) : std::vector<double>();
    const auto placed = layout.axis ? io::place(io::dims_of_values(*layout.axis), array.dims, at, layout.dim) : io::Placed{0, 1};
    std::vector<Row> rows;
    for (std::int64_t i = 0; i < curves.length(); ++i) {
        const auto k = static_cast<std::size_t>(curves.offset(0) + i * curves.stride());
        const double own = layout.axis ? x[static_cast<std::size_t>(placed.offset + i * placed.stride)] : static_cast<double>(i);
        if (!std::isfinite(own))
            throw std::runtime_error("'" + array.label + "': the coordinate of point " + std::to_string(i) +
                                     " is not finite. Leave such points out (slice)");
        const double value = std::visit([&](const auto& all) { return static_cast<double>(all[k]); }, array.values);
        const bool missing = std::isnan(value) || (!array.masked.empty() && array.masked[k] != 0);
        if (missing && !options.rows_of_nan) continue;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double error = array.variances.empty() ? nan : std::sqrt(array.variances[k]) * std::abs(layout.y_factor);
        rows.push_back({own * layout.x_factor, missing ? nan : value * layout.y_factor, missing ? nan : error});
    }
    if (rows.empty()) throw std::runtime_error("'" + array.label + "': every point is masked or NaN: there is nothing to write");
    return rows;
}

/// First, last and step of an even grid of r, as PDFgetX3 writes them.
Keys grid_keys(const std::vector<Row>& rows) {
    const auto n = rows.size();
    const double first = rows.front().x, last = rows.back().x;
    Keys keys{{"rmin", io::number_text(first)}, {"rmax", io::number_text(last)}};
    if (n < 2) return keys;
    const double step = (last - first) / static_cast<double>(n - 1);
    for (std::size_t i = 0; i < n; ++i)
        if (!(std::abs(rows[i].x - first - step * static_cast<double>(i)) <= 1e-6 * std::abs(step))) return keys;
    keys.emplace_back("rstep", io::number_text(std::round(step * 1e12) / 1e12));
    return keys;
}

/// No line of the header may end early.
std::string comment_line(std::string text) {
    for (auto& c : text)
        if (c == '\n' || c == '\r') c = ' ';
    return "# " + text + "\n";
}

Keys all_keys(const io::GatheredArray& array, const Layout& layout, const Options& options, const std::vector<Row>& rows,
              const UnitFactor& factor) {
    Keys keys{{"outputtype", std::string(info_of(options.type).name)}};
    const auto add = [&](const Keys& more) { keys.insert(keys.end(), more.begin(), more.end()); };
    add(keys_of_array(array, layout.dim, factor));
    if (options.type == Type::gr) add(grid_keys(rows));
    for (const auto& [name, value] : options.keys) {
        for (const auto& [known, stands] : keys)
            if (known == name)
                throw std::invalid_argument("keys: '" + name + "' is there already, as '" + stands +
                                            "', from the data. Remove it");
        keys.emplace_back(name, value);
    }
    return keys;
}

}  // namespace

Type type_from_name(std::string_view name) {
    std::string known;
    for (const auto& each : types) {
        if (each.name == name) return each.type;
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    }
    throw std::invalid_argument("type '" + std::string(name) + "' is none of " + known);
}

Layout lay_out(const io::GatheredArray& array, const Options& options, const UnitFactor& factor) {
    if (array.dims.empty()) throw std::invalid_argument("'" + array.label + "' is a single number, and no curve");
    Layout layout;
    const auto& type = info_of(options.type);
    layout.dim = array.dims.back().name;
    check_one_curve(array, layout.dim, type);
    layout.axis = io::axis_coordinate(array, layout.dim);
    const bool any = options.type == Type::xy;
    if (!layout.axis && !any)
        throw std::invalid_argument("'" + array.label + "' has no coordinate along '" + layout.dim + "', so no " +
                                    std::string(type.x_unit == "angstrom" ? "r" : "Q") + " to write");
    const std::string own_x = layout.axis ? layout.axis->unit : "1";
    layout.x_unit = any ? unit_of_any(own_x, factor) : std::string(type.x_unit);
    layout.y_unit = type.y_unit.empty() ? array.unit : std::string(type.y_unit);
    layout.x_factor = needed_factor(array, type, "coordinate", own_x, layout.x_unit, factor);
    layout.y_factor = needed_factor(array, type, "unit", array.unit, layout.y_unit, factor);
    layout.errors = options.errors && !array.variances.empty();
    layout.title = title_of(array, type, layout);
    return layout;
}

std::string file_text(const io::GatheredArray& array, const Layout& layout, const Options& options, const io::RunRecord& record,
                      const UnitFactor& factor) {
    const auto rows = rows_of(array, layout, options);
    std::string text;
    for (const auto& [name, value] : all_keys(array, layout, options, rows, factor)) text += comment_line(name + " = " + value);
    for (const auto& line : io::origin_lines(record)) text += comment_line(line);
    const auto missing = io::Curves(array, layout.dim).length() - static_cast<std::int64_t>(rows.size());
    if (missing > 0) text += comment_line(std::to_string(missing) + " points are masked or NaN: they have no row");
    for (const auto& dim : array.correlated_over) text += comment_line("the errors are not independent along " + dim);
    text += "#### start data\n#S 1\n" + layout.title + "\n";
    for (const auto& row : rows) {
        text += io::number_text(row.x) + " " + io::number_text(row.y);
        if (layout.errors) text += (options.type == Type::gr ? " 0 " : " ") + io::number_text(row.error);
        text += "\n";
    }
    return text;
}

}  // namespace sluice::gr_file
