// SPDX-License-Identifier: BSD-3-Clause
// The fitted D_s / D0 and its error over 400 draws of S, D and D0: pulls of mean 0 and width 1 when S is shared by H and H_d.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sluice/numerics/axis.hpp>
#include <sluice/numerics/random.hpp>

#include "model.hpp"
#include "support/pulls.hpp"

namespace {

using namespace sluice::delta_gamma;
using sluice::numerics::RandomStream;
using sluice::numerics::spaced;
using sluice::test::Pulls;
using Doubles = std::vector<double>;

constexpr int draws = 400;
constexpr double radius_nm = 2.9, phi = 0.2, truth = 0.5;

/// What is simulated: S of hard spheres on its points with errors, D/D0 on others.
struct Experiment {
    Doubles s_q, s;    ///< the true S at its points; straight between these
    Doubles q, ratio;  ///< the true D/D0
    double s_error, ratio_error, scale_error = 0;
    Modify modify = Modify::additive;

    [[nodiscard]] Options options() const {
        Options out;
        out.self_part = SelfPart::fit;
        out.modify = modify;
        out.high_q = HighQ::model;
        return out;
    }
};

Experiment experiment(const Basis& basis, Modify modify, double s_from, double s_to, std::ptrdiff_t s_points, double from,
                      double to, std::ptrdiff_t points) {
    Experiment out{spaced(s_from, s_to, s_points), {}, spaced(from, to, points), {}, 0.02, 0.02};
    out.modify = modify;
    const StructureFactor model(phi);
    for (const double q : out.s_q) out.s.push_back(model(q * radius_nm));
    Doubles y, knots;
    for (const double q : out.q) y.push_back(q * radius_nm);
    for (const double q : out.s_q) knots.push_back(q * radius_nm);
    const StructureFactor through(knots, out.s, {LowQ::constant, HighQ::model, 1, 0}, phi);
    const DeltaGamma theory(basis, phi, SGamma::renormalised);
    const auto distinct = distinct_part(theory, through, y).values;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double h =
            modify == Modify::additive ? truth + distinct[i] : truth / theory.self_part() * (theory.self_part() + distinct[i]);
        out.ratio.push_back(h / through(y[i]));
    }
    return out;
}

/// The true values with errors, and their variances.
struct Draw {
    Doubles s, s_variances, ratio, ratio_variances, h, h_variances;

    Draw(const Experiment& of, int seed) {
        Doubles noise(of.s.size() + of.ratio.size() + 1);
        RandomStream(static_cast<std::uint64_t>(seed), 0, 0).fill_normal(noise);
        for (std::size_t j = 0; j < of.s.size(); ++j) s.push_back(of.s[j] + of.s_error * noise[j]);
        s_variances.assign(s.size(), of.s_error * of.s_error);
        const double scale = 1 + of.scale_error * noise.back();
        for (std::size_t i = 0; i < of.ratio.size(); ++i)
            ratio.push_back((of.ratio[i] + of.ratio_error * noise[s.size() + i]) / scale);
        ratio_variances.assign(ratio.size(), of.ratio_error * of.ratio_error);
        multiply(of);
    }
    /// H = D/D0 S with S between its points on a straight line, errors in quadrature.
    void multiply(const Experiment& of) {
        const double step = of.s_q[1] - of.s_q[0];
        for (std::size_t i = 0; i < ratio.size(); ++i) {
            const double place = std::min((of.q[i] - of.s_q[0]) / step, static_cast<double>(s.size()) - 1.000001);
            const auto k = static_cast<std::size_t>(place);
            const double part = place - static_cast<double>(k), at = (1 - part) * s[k] + part * s[k + 1];
            const double variance = ((1 - part) * (1 - part) + part * part) * of.s_error * of.s_error;
            h.push_back(ratio[i] * at);
            h_variances.push_back(at * at * ratio_variances[i] + ratio[i] * ratio[i] * variance);
        }
    }
};

struct Widths {
    Pulls shared, quadrature;
    double chi_square = 0;
};

Data data_of(const Experiment& of, const Draw& draw, bool ratio) {
    Data data;
    data.radius_nm = radius_nm;
    data.volume_fraction = phi;
    data.scale_uncertainty = of.scale_error;
    data.structure_factor = Curve{of.s_q, draw.s, draw.s_variances};
    if (ratio)
        data.ratio = Curve{of.q, draw.ratio, draw.ratio_variances};
    else
        data.measured = Curve{of.q, draw.h, draw.h_variances};
    return data;
}

/// Many draws of one experiment: H_d is linear in S, so its integrals are done once.
class Repeated {
public:
    Repeated(const Basis& basis, const Experiment& of) : of_(of) {
        const DeltaGamma theory(basis, phi, SGamma::renormalised);
        const Draw draw(of, 1);
        const auto structure = structure_of(data_of(of, draw, true), of.options());
        first_ = draw.s;
        distinct_ = distinct_part(theory, *structure.s, measured_of(data_of(of, draw, true), structure).y, true);
        self_part_ = theory.self_part();
    }
    [[nodiscard]] SelfPartFit fit(const Draw& draw, bool ratio) const {
        const auto data = data_of(of_, draw, ratio);
        const auto structure = structure_of(data, of_.options());
        const auto measured = measured_of(data, structure);
        Doubles distinct = distinct_.values;
        for (std::size_t i = 0; i < distinct.size(); ++i)
            for (std::size_t j = 0; j < first_.size(); ++j)
                distinct[i] += distinct_.response[i * first_.size() + j] * (draw.s[j] - first_[j]);
        return fit_self_part({measured.values, measured.variances, distinct, structure.variances, distinct_.response,
                              measured.by_structure, self_part_, of_.scale_error},
                             of_.modify);
    }

private:
    const Experiment& of_;
    Doubles first_;
    Distinct distinct_;
    double self_part_ = 0;
};

Widths widths(const Basis& basis, const Experiment& of) {
    Widths out;
    const Repeated repeated(basis, of);
    for (int seed = 1; seed <= draws; ++seed) {
        const Draw draw(of, seed);
        const auto shared = repeated.fit(draw, true);
        out.shared.add(shared.self_part, truth);
        out.chi_square += shared.reduced_chi_square / draws;
        out.quadrature.add(repeated.fit(draw, false).self_part, truth);
        if (seed > 2) continue;  // the whole way gives the same
        const auto whole = evaluate(basis, data_of(of, draw, true), of.options(), {false, false, false});
        CHECK(whole.self_part.value == doctest::Approx(shared.self_part.value).epsilon(1e-9));
        CHECK(whole.self_part.variance == doctest::Approx(shared.self_part.variance).epsilon(1e-9));
    }
    return out;
}

/// 3.5 standard errors of the width of 400 pulls are 0.12; the seeds are fixed, so the bounds are those asked for.
void check(const std::string& what, const Widths& found, bool quadrature_fails) {
    MESSAGE(what << ": S shared, mean pull " << found.shared.mean() << ", width " << found.shared.width() << ", chi-square "
                 << found.chi_square << "; in quadrature, width " << found.quadrature.width());
    CHECK(std::abs(found.shared.mean()) < 0.2);
    CHECK(found.shared.width() > 0.9);
    CHECK(found.shared.width() < 1.1);
    CHECK(std::abs(found.chi_square - 1) < 0.1);  // of few independent points, and over 400 draws
    if (quadrature_fails) CHECK((found.quadrature.width() < 0.85 || found.quadrature.width() > 1.15));
}

}  // namespace

TEST_CASE("S and H on the same points over a wide range") {
    const Basis basis;
    for (const auto modify : {Modify::additive, Modify::scale})
        check(modify == Modify::additive ? "additive" : "scale",
              widths(basis, experiment(basis, modify, 0.1, 2.5, 49, 0.1, 2.5, 49)), true);
}

TEST_CASE("many H between few points of S, in the narrow range of the experiment") {
    const Basis basis;
    check("narrow", widths(basis, experiment(basis, Modify::additive, 0.05, 0.95, 10, 0.1, 0.3, 41)), true);
}

TEST_CASE("an error of D0, common to all points") {
    const Basis basis;
    auto of = experiment(basis, Modify::additive, 0.1, 2.5, 49, 0.4, 1.6, 25);
    of.scale_error = 0.04;
    check("D0", widths(basis, of), false);
    of = experiment(basis, Modify::scale, 0.1, 2.5, 49, 0.4, 1.6, 25);
    of.scale_error = 0.04;
    check("D0, scale", widths(basis, of), false);
}
