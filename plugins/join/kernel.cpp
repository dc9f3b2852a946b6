// SPDX-License-Identifier: BSD-3-Clause
// Search by sorted numbers; labels become numbers first.
#include "kernel.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <stdexcept>

namespace sluice::join {
namespace {

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }
bool marked(std::span<const std::uint8_t> marks, std::ptrdiff_t i) { return !marks.empty() && marks[index(i)] != 0; }

std::string number_text(double number) {
    std::ostringstream text;
    text.precision(10);
    text << number;
    return text.str();
}

std::string unit_text(const Key& key) { return key.unit.empty() || key.unit == "1" ? "" : " " + key.unit; }

std::string element_text(const Key& key, const Column& column, std::ptrdiff_t i) {
    return key.name + (column.labels.empty() ? " " + number_text(column.numbers[index(i)]) + unit_text(key)
                                             : " '" + column.labels[index(i)] + "'");
}

std::string all_text(const std::vector<Key>& keys, Column Key::*side, std::ptrdiff_t i) {
    std::string text;
    for (const auto& key : keys) text += (text.empty() ? "" : ", ") + element_text(key, key.*side, i);
    return text;
}

/// Labels as numbers that are whole and hence never near one another.
struct Numbers {
    std::vector<double> data, table;
    double tolerance = 0;
    /// Infinity is near to nothing but itself.
    [[nodiscard]] double reach(double number) const {
        return std::isinf(number) ? 0 : std::max(tolerance, 1e-9 * std::abs(number));
    }
};

Numbers numbers_of(const Key& key) {
    if (key.data.labels.empty()) return {key.data.numbers, key.table.numbers, key.tolerance};
    std::map<std::string, double> known;
    const auto to_numbers = [&](const std::vector<std::string>& labels) {
        std::vector<double> out;
        for (const auto& label : labels) out.push_back(known.emplace(label, static_cast<double>(known.size())).first->second);
        return out;
    };
    auto data = to_numbers(key.data.labels);
    return {std::move(data), to_numbers(key.table.labels), 0};
}

void check_kinds(const Key& key) {
    const bool data = key.data.labels.empty(), table = key.table.labels.empty();
    if (data != table)
        throw std::invalid_argument("the key '" + key.name + "' is " + (data ? "numbers" : "labels") + " in the data and " +
                                    (table ? "numbers" : "labels") + " in the table: both must be of one kind");
}

void check_numbers(const Key& key, const Column& column, const char* where, std::span<const std::uint8_t> left_out) {
    for (std::size_t i = 0; i < column.numbers.size(); ++i)
        if (std::isnan(column.numbers[i]) && !marked(left_out, static_cast<std::ptrdiff_t>(i)))
            throw std::domain_error("the key '" + key.name + "' of " + where + " " + std::to_string(i) +
                                    " is NaN: mend it, or mask it there to leave it out");
}

class Table {
public:
    Table(const std::vector<Key>& keys, std::span<const std::uint8_t> left_out) : keys_(keys) {
        for (const auto& key : keys) numbers_.push_back(numbers_of(key));
        for (std::ptrdiff_t i = 0; i < keys[0].table.size(); ++i)
            if (!marked(left_out, i)) entries_.push_back(i);
        std::stable_sort(entries_.begin(), entries_.end(), [&](auto a, auto b) { return first(a) < first(b); });
    }

    /// Two that are the same in every respect: whatever asks for one, the other fits as well.
    void refuse_duplicates() const {
        for (const auto entry : entries_) {
            const auto same = fitting([&](std::size_t k) { return numbers_[k].table[index(entry)]; }, false);
            if (same.size() > 1)
                throw std::domain_error("entries " + std::to_string(std::min(same[0], same[1])) + " and " +
                                        std::to_string(std::max(same[0], same[1])) + " of the table both have " +
                                        all_text(keys_, &Key::table, same[0]) +
                                        ": take one out (slice), or average them (pivot)");
        }
    }

    [[nodiscard]] std::ptrdiff_t find(std::ptrdiff_t element) const {
        const auto fit = fitting([&](std::size_t k) { return numbers_[k].data[index(element)]; }, true);
        if (fit.size() > 1)
            throw std::domain_error("entries " + std::to_string(fit[0]) + " and " + std::to_string(fit[1]) + " of the table (" +
                                    all_text(keys_, &Key::table, fit[0]) + "; " + all_text(keys_, &Key::table, fit[1]) +
                                    ") both fit " + all_text(keys_, &Key::data, element) + ": make the tolerance smaller");
        return fit.empty() ? -1 : fit[0];
    }

private:
    [[nodiscard]] double first(std::ptrdiff_t entry) const { return numbers_[0].table[index(entry)]; }

    template <class F>
    [[nodiscard]] std::vector<std::ptrdiff_t> fitting(const F& wanted, bool with_tolerance) const {
        const auto reach = [&](std::size_t k) { return with_tolerance ? numbers_[k].reach(wanted(k)) : 0.0; };
        std::vector<std::ptrdiff_t> all;
        auto entry = std::lower_bound(entries_.begin(), entries_.end(), wanted(0) - reach(0),
                                      [&](auto e, double low) { return first(e) < low; });
        for (; entry != entries_.end() && first(*entry) <= wanted(0) + reach(0); ++entry) {
            bool fits = true;
            for (std::size_t k = 1; k < keys_.size(); ++k)
                fits = fits && std::abs(numbers_[k].table[index(*entry)] - wanted(k)) <= reach(k);
            if (fits) all.push_back(*entry);
        }
        return all;
    }

    const std::vector<Key>& keys_;
    std::vector<Numbers> numbers_;
    std::vector<std::ptrdiff_t> entries_;  ///< sorted by the first key
};

}  // namespace

std::vector<std::ptrdiff_t> match(const std::vector<Key>& keys, std::span<const std::uint8_t> data_left_out,
                                  std::span<const std::uint8_t> table_left_out) {
    for (const auto& key : keys) {
        check_kinds(key);
        check_numbers(key, key.data, "element", data_left_out);
        check_numbers(key, key.table, "table entry", table_left_out);
    }
    const Table table(keys, table_left_out);
    table.refuse_duplicates();
    std::vector<std::ptrdiff_t> found(index(keys[0].data.size()), -1);
    for (std::ptrdiff_t i = 0; i < keys[0].data.size(); ++i)
        if (!marked(data_left_out, i)) found[index(i)] = table.find(i);
    return found;
}

std::string keys_of_element(const std::vector<Key>& keys, std::ptrdiff_t element) { return all_text(keys, &Key::data, element); }

std::string extent(const Key& key, const Column& column) {
    if (column.size() == 0) return key.name + ": none";
    if (column.labels.empty()) {
        const auto [low, high] = std::minmax_element(column.numbers.begin(), column.numbers.end());
        return key.name + " " + number_text(*low) + " to " + number_text(*high) + unit_text(key);
    }
    std::string text = key.name;
    for (std::size_t i = 0; i < std::min<std::size_t>(column.labels.size(), 3); ++i)
        text += (i == 0 ? " '" : ", '") + column.labels[i] + "'";
    return column.labels.size() > 3 ? text + " …" : text;
}

}  // namespace sluice::join
