// SPDX-License-Identifier: BSD-3-Clause
// H of the modified theory, additive or scaled, and its variance from those of D_s/D0 and of S.
#include "modified_theory.hpp"

namespace sluice::delta_gamma {

double weighted_squares(std::span<const double> row, std::span<const double> variances) {
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) sum += row[j] * row[j] * variances[j];
    return sum;
}

std::span<const double> response_of(const Distinct& distinct, std::size_t point) {
    const auto points = distinct.response.size() / distinct.values.size();
    return std::span(distinct.response).subspan(point * points, points);
}

double ModifiedTheory::variance(double distinct, std::span<const double> response) const {
    if (fit) return model_variance(*fit, *points, modify, distinct, response);
    const double by_self = modify == Modify::additive ? 1 : (self_part_theory + distinct) / self_part_theory;
    return by_self * by_self * self_part.variance + scale() * scale() * weighted_squares(response, structure_variances);
}

void ModifiedTheory::write(const Distinct& distinct, std::span<double> values, std::span<double> variances) const {
    for (std::size_t i = 0; i < distinct.values.size(); ++i) values[i] = at(distinct.values[i]);
    for (std::size_t i = 0; i < variances.size(); ++i) variances[i] = variance(distinct.values[i], response_of(distinct, i));
}

}  // namespace sluice::delta_gamma
