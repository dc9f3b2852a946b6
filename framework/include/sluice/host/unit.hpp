// SPDX-License-Identifier: BSD-3-Clause
// Physical units of arrays, coordinates and parameters: the names of UDUNITS-2 with our additions and refusals.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice {

/// A unit: a product of powers of names, with the names that the user wrote ("1/nm", "photon", "1/(cm nm^3)").
/// Value type, cheap to copy, safe to use from several threads. "1" (or "") is dimensionless.
///
/// Grammar: names joined by space, ".", "*" or "/" (left to right, as in UDUNITS), powers "nm^3", "nm3", "nm-1", "nm**3",
/// brackets, and a leading number ("10 cm"); also nm⁻¹, Å, µm, °, °C. UDUNITS says what a name means. The top of unit.cpp
/// lists, in tables, what we add to it, correct in it and refuse of it:
/// - photon, count, electron, adu, pixel and frame are the number 1 with a name that stays in the text. A Poisson
///   variance (photon for photon^2) and a ratio to a monitor need no conversion; a count can meet a photon by factor 1.
/// - arbitrary ("a.u.", "arb. units") is a dimension of its own: it cancels, but converts to nothing else.
/// - deg is degree; as radian is 1, angles convert to plain numbers (deg to 1 by pi/180).
/// - M (mol/L) and Da are added; eV, u and e are those of CODATA 2018.
/// - Refused, each with a sentence: kT (kilotesla in UDUNITS), ph, cps, a power that is not an integer (UDUNITS reads
///   s^1/2 as 0.5 s), units with a reference time or a logarithm, an unknown name (near names are offered).
/// nm and 1/nm are not convertible (UDUNITS would invert the values).
///
/// degC and degF are scales with an offset. In a product the offset goes: J/degC is J/K.
class Unit {
public:
    Unit();  ///< dimensionless, "1"
    static Unit parse(std::string_view text);  ///< throws sluice::Error(recipe)

    /// Canonical: names in alphabetical order, above and below one stroke. parse(text()) is the same unit, and UDUNITS
    /// reads it too, but for the names that we add (and percent inside a product, where it reads "per").
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Of dimension 1 at any scale: 1, photon, percent, deg.
    [[nodiscard]] bool dimensionless() const;
    /// A scale with a zero of its own (degC, degF): no factor leads to another unit.
    [[nodiscard]] bool has_offset() const;
    [[nodiscard]] bool convertible_to(const Unit& other) const;
    /// Same dimension, scale (to 1e-12 relative) and offset: 1/nm and nm^-1 are, 1/nm and 1/angstrom are not.
    [[nodiscard]] bool same_as(const Unit& other) const;

    /// Factor f with value_in(other) = f * value_in(this). Refuses units that are not convertible and
    /// temperatures with an offset (degC to K): use affine_to for points on such a scale. Throws Error(recipe).
    /// Decimal factors are exact to the last bit: 1/nm to 1/angstrom is 0.1.
    [[nodiscard]] double factor_to(const Unit& other) const;
    struct Affine { double scale; double offset; };
    /// value_in(other) = scale * value_in(this) + offset, for points (not differences) on a scale.
    [[nodiscard]] Affine affine_to(const Unit& other) const;

    [[nodiscard]] Unit operator*(const Unit& other) const;
    [[nodiscard]] Unit operator/(const Unit& other) const;
    [[nodiscard]] Unit power(int exponent) const;
    [[nodiscard]] Unit root(int degree) const;  ///< throws Error(recipe) unless the exponent of every name divides

    friend bool operator==(const Unit& a, const Unit& b) { return a.same_as(b); }

private:
    struct Impl;
    Unit(std::string text, std::shared_ptr<const Impl> impl);
    std::string text_;
    std::shared_ptr<const Impl> impl_;
};

/// "0.3 1/nm" -> {0.3, 1/nm}; "0.3" -> {0.3, 1}. Throws sluice::Error(recipe) with the text when it is no quantity.
struct Quantity {
    double value = 0;
    Unit unit;
};
Quantity parse_quantity(std::string_view text);

}  // namespace sluice
