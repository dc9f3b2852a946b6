// SPDX-License-Identifier: BSD-3-Clause
// One item: the pieces in order. Each function is one of them; what they share is in Work.
#include "model.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "laws.hpp"
#include "modified_theory.hpp"

namespace sluice::delta_gamma {
namespace {

using std::size_t;
using Doubles = std::vector<double>;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// What one form of the theory says of the measured points.
struct FormAtPoints {
    double self_part = unknown;
    Distinct distinct;

    FormAtPoints() = default;
    FormAtPoints(const DeltaGamma& theory, const Structure& structure, const MeasuredH& measured)
        : self_part(theory.self_part()),
          distinct(distinct_part(theory, *structure.s, measured.y, !structure.variances.empty())) {}
};

FitPoints points_of(const MeasuredH& measured, const Doubles& values, const FormAtPoints& form, const Structure& structure,
                    double scale_uncertainty) {
    return {values,
            measured.variances,
            form.distinct.values,
            structure.variances,
            form.distinct.response,
            measured.by_structure,
            form.self_part,
            scale_uncertainty};
}

/// Everything of one item on its way to a Result.
class Work {
public:
    Work(const Basis& basis, const Data& data, const Options& options, const Wanted& wanted)
        : basis_(basis), data_(data), options_(options), wanted_(wanted) {}

    Result run() {
        fill_unknown();
        if (!is_number(data_, options_)) return flag(Status::bad_number), std::move(result_);
        set_theories();
        structure_ = structure_of(data_, options_);
        if (!structure_.s)
            flag(Status::too_few_points);
        else
            check_tail();
        if (measures() && structure_.s) measure();
        choose_self_part();
        write_structure();
        if (structure_.s && chosen_theory()) write_model();
        return std::move(result_);
    }

private:
    void flag(Status status) { result_.found[static_cast<size_t>(status)] = true; }
    [[nodiscard]] bool measures() const { return data_.measured || data_.ratio; }
    [[nodiscard]] const std::optional<DeltaGamma>& theory_of(SGamma form) const {
        return form == SGamma::bare ? bare_ : renormalised_;
    }
    [[nodiscard]] const std::optional<DeltaGamma>& chosen_theory() const { return theory_of(options_.form); }

    void fill_unknown() {
        for (auto* each : {&result_.curve, &result_.curve_variances, &result_.distinct, &result_.distinct_variances,
                           &result_.structure_factor})
            each->assign(data_.curve_q_inv_nm.size(), unknown);
        const size_t n = data_.measured ? data_.measured->values.size() : data_.ratio ? data_.ratio->values.size() : 0;
        for (auto* each : {&result_.at_measured, &result_.at_measured_variances, &result_.residuals}) each->assign(n, unknown);
    }

    void set_theories() {
        const double phi = data_.volume_fraction;
        bare_.emplace(basis_, phi, SGamma::bare);
        result_.theory_bare = bare_->self_part();
        if (phi <= gamma_table_end) {
            renormalised_.emplace(basis_, phi, SGamma::renormalised);
            result_.theory_renormalised = renormalised_->self_part();
        }
        result_.hard_sphere = hard_sphere_self_diffusion(phi);
        result_.charged_sphere = charged_sphere_self_diffusion(phi);
        if (!chosen_theory())
            flag(Status::phi_out_of_table);
        else if (phi > highest_volume_fraction)
            flag(Status::phi_high);
    }

    /// Whether a measured S may be continued by 1.
    void check_tail() {
        if (structure_.s->knots().empty()) return;
        const double off = structure_.s->knot_values().back() - 1;
        bool not_one = std::abs(off) > s_tail_without_errors;
        if (!structure_.variances.empty()) {
            result_.s_at_end = off / structure_.last_error;
            not_one = std::abs(result_.s_at_end) > s_tail_errors;
        }
        if (not_one && options_.high_q == HighQ::one) flag(Status::s_tail_not_1);
    }

    void measure() {
        measured_ = measured_of(data_, structure_);
        result_.inconsistent = measured_.inconsistent;
        fitted_ = fitted_values(measured_, data_, options_);
        for (const auto form : {SGamma::bare, SGamma::renormalised})
            if (theory_of(form) && (wanted_.alternatives || form == options_.form))
                forms_[static_cast<size_t>(form)] = FormAtPoints(*theory_of(form), structure_, measured_);
        if (wanted_.alternatives) fit_alternatives();
    }

    [[nodiscard]] FitPoints points(SGamma form) const {
        return points_of(measured_, fitted_, forms_[static_cast<size_t>(form)], structure_, data_.scale_uncertainty);
    }

    void fit_alternatives() {
        size_t at = 0;
        for (const auto form : {SGamma::bare, SGamma::renormalised})
            for (const auto modify : {Modify::additive, Modify::scale}) {
                if (theory_of(form)) result_.alternatives[at] = fit_self_part(points(form), modify);
                ++at;
            }
    }

    void choose_self_part() {
        switch (options_.self_part) {
            case SelfPart::theory:
                result_.self_part = {chosen_theory() ? chosen_theory()->self_part() : unknown, 0};
                break;
            case SelfPart::hard_sphere:
                result_.self_part = {result_.hard_sphere, 0};
                break;
            case SelfPart::charged:
                result_.self_part = {result_.charged_sphere, 0};
                break;
            case SelfPart::fixed:
                result_.self_part = *data_.fixed_self_part;
                break;
            case SelfPart::fit:
                fit_chosen();
                break;
        }
    }

    void fit_chosen() {
        if (chosen_theory() && structure_.s && measures()) {
            chosen_points_ = points(options_.form);
            result_.fit = fit_self_part(chosen_points_, options_.modify);
            result_.apart = !data_.ratio && !measured_.variances.empty() && !structure_.variances.empty();
        }
        result_.self_part = result_.fit.self_part;
        if (result_.fit.points == 0) flag(Status::too_few_points);
    }

    void write_structure() {
        if (!structure_.s || !wanted_.curve) return;
        for (size_t i = 0; i < result_.structure_factor.size(); ++i) {
            const double y = data_.curve_q_inv_nm[i] * data_.radius_nm;
            if (y >= 0) result_.structure_factor[i] = (*structure_.s)(y);
        }
    }

    void write_model() {
        ModifiedTheory model{options_.modify, chosen_theory()->self_part(), result_.self_part, structure_.variances};
        if (options_.self_part == SelfPart::fit) model.fit = &result_.fit, model.points = &chosen_points_;
        result_.scale = model.scale();
        if (measures()) write_at_measured(model);
        if (wanted_.curve) write_curve(model);
    }

    void write_at_measured(const ModifiedTheory& model) {
        model.write(forms_[static_cast<size_t>(options_.form)].distinct, result_.at_measured, result_.at_measured_variances);
        for (size_t i = 0; i < result_.residuals.size(); ++i) {
            result_.residuals[i] = measured_.values[i] - result_.at_measured[i];
            if (result_.at_measured[i] < 0) flag(Status::h_negative);
        }
    }

    /// Block by block, so that the response of many points to many is never there whole.
    void write_curve(const ModifiedTheory& model) {
        constexpr size_t block = 64;
        const auto y = q_a(data_.curve_q_inv_nm, data_.radius_nm);
        for (size_t from = 0; from < y.size(); from += block)
            write_block(model, std::span(y).subspan(from, std::min(block, y.size() - from)), from);
        for (const double each : result_.curve)
            if (!(result_.lowest <= each) && std::isfinite(each)) result_.lowest = each;
        if (result_.lowest < 0) flag(Status::h_negative);
    }

    void write_block(const ModifiedTheory& model, std::span<const double> y, size_t from) {
        const bool respond = wanted_.curve_variances && !structure_.variances.empty();
        const auto distinct = distinct_part(*chosen_theory(), *structure_.s, y, respond);
        const auto block_of = [&](Doubles& whole) { return std::span(whole).subspan(from, y.size()); };
        model.write(distinct, block_of(result_.curve),
                    wanted_.curve_variances ? block_of(result_.curve_variances) : std::span<double>{});
        std::copy(distinct.values.begin(), distinct.values.end(), block_of(result_.distinct).begin());
        if (!respond) return;
        const auto variances = block_of(result_.distinct_variances);
        for (size_t i = 0; i < y.size(); ++i) variances[i] = weighted_squares(response_of(distinct, i), structure_.variances);
    }

    const Basis& basis_;
    const Data& data_;
    const Options& options_;
    const Wanted& wanted_;
    Result result_;
    std::optional<DeltaGamma> bare_, renormalised_;
    Structure structure_;
    MeasuredH measured_;
    Doubles fitted_;                     ///< measured_.values within the window
    std::array<FormAtPoints, 2> forms_;  ///< by SGamma
    FitPoints chosen_points_;
};

}  // namespace

Status Result::status() const {
    for (size_t i = found.size(); i-- > 1;)
        if (found[i]) return static_cast<Status>(i);
    return Status::ok;
}

Result evaluate(const Basis& basis, const Data& data, const Options& options, const Wanted& wanted) {
    check(data);
    return Work(basis, data, options, wanted).run();
}

}  // namespace sluice::delta_gamma
