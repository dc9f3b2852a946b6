// SPDX-License-Identifier: BSD-3-Clause
// Reference values printed by hydrodynamic_values.py (mpmath 1.2.1, scipy 1.10.1).
#pragma once

#include "../s_gamma.hpp"
#include "../structure.hpp"

namespace sluice::delta_gamma::values {

struct Special {
    double y, sine_integral_2y, bare, terms[4];
};
struct PercusYevickRow {
    double phi;
    SGamma form;
    double q_a, distinct;
};
struct LinearRow {
    LowQ low;
    HighQ high;
    SGamma form;
    double q_a, distinct;
};

/// The points of the piecewise linear S; below them the mean of three.
inline constexpr double knots[] = {0.3, 0.45, 0.6, 0.9, 1.0, 1.5, 2.0, 2.2, 2.9, 3.4, 4.0, 5.5};
inline constexpr double knot_values[] = {0.31, 0.28, 0.35, 0.37, 0.45, 0.62, 0.8, 0.9, 1.6, 2.1, 1.2, 0.9};

inline constexpr Special special[] = {
    {0.3, 0.58812880960808005, 2.4999310107455143, {2.4553456044989999, 0.044424723448971627, 0.00016038734328362976, 2.9512568389166669e-7}},
    {0.9, 1.5058167802555786, 2.4946879791700942, {2.1220228626000272, 0.36047344225076476, 0.011988149142493075, 0.00020147350213919725}},
    {1, 1.6054129768026948, 2.4920109191911485, {2.0408078964221619, 0.43293911378105926, 0.017886630003917667, 0.00037257475569238633}},
    {1.5, 1.8486525279994683, 2.4629397987008053, {1.5695302272294731, 0.81089200279753374, 0.078623961435998082, 0.0037830025768083203}},
    {4.9, 1.6675696168513867, 1.4285348097515899, {0.0058458690988987295, 0.10846020370834345, 0.50385572582796307, 0.50547306506319804}},
    {5.1, 1.6459952698728819, 1.3705948522384391, {0.010411602319464468, 0.059206717895627347, 0.42693376252165751, 0.51133661329668529}},
    {20, 1.5869851193547845, 0.35338668759406368, {1.847235708660473e-5, 0.0006579067124316783, 2.0046333394233371e-5, 0.0023217206935427015}},
    {300, 1.5724612339493979, 0.023561944207138769, {9.7803178268808993e-13, 1.3887318958235482e-8, 1.1986429514792979e-13, 4.4999319871278903e-8}},
};

inline constexpr PercusYevickRow percus_yevick[] = {
    {0.2, SGamma::bare, 0, -0.418437249526},
    {0.2, SGamma::bare, 1e-06, -0.418437249526},
    {0.2, SGamma::bare, 0.05, -0.418298105171},
    {0.2, SGamma::bare, 0.2, -0.416204271290},
    {0.2, SGamma::bare, 0.3, -0.413393064675},
    {0.2, SGamma::bare, 0.6, -0.397830910440},
    {0.2, SGamma::bare, 1, -0.358425333464},
    {0.2, SGamma::bare, 2, -0.138942570155},
    {0.2, SGamma::bare, 3, 0.093043957099},
    {0.2, SGamma::bare, 5, -0.028913047522},
    {0.2, SGamma::bare, 12, 0.002463190978},
    {0.2, SGamma::renormalised, 0, -0.358987309931},
    {0.2, SGamma::renormalised, 1e-06, -0.358987309931},
    {0.2, SGamma::renormalised, 0.05, -0.358867205700},
    {0.2, SGamma::renormalised, 0.2, -0.357059998215},
    {0.2, SGamma::renormalised, 0.3, -0.354633945795},
    {0.2, SGamma::renormalised, 0.6, -0.341210332357},
    {0.2, SGamma::renormalised, 1, -0.307262317344},
    {0.2, SGamma::renormalised, 2, -0.118861453575},
    {0.2, SGamma::renormalised, 3, 0.079623561531},
    {0.2, SGamma::renormalised, 5, -0.024749211356},
    {0.2, SGamma::renormalised, 12, 0.002108625295},
    {0.3, SGamma::bare, 0, -0.440400465979},
    {0.3, SGamma::bare, 1e-06, -0.440400465979},
    {0.3, SGamma::bare, 0.05, -0.440315196902},
    {0.3, SGamma::bare, 0.2, -0.439029582778},
    {0.3, SGamma::bare, 0.3, -0.437296185550},
    {0.3, SGamma::bare, 0.6, -0.427551108103},
    {0.3, SGamma::bare, 1, -0.401773465588},
    {0.3, SGamma::bare, 2, -0.225332259031},
    {0.3, SGamma::bare, 3, 0.143506448059},
    {0.3, SGamma::bare, 5, -0.052057055036},
    {0.3, SGamma::bare, 12, 0.003897329546},
    {0.3, SGamma::renormalised, 0, -0.325170030757},
    {0.3, SGamma::renormalised, 1e-06, -0.325170030757},
    {0.3, SGamma::renormalised, 0.05, -0.325105359332},
    {0.3, SGamma::renormalised, 0.2, -0.324130538115},
    {0.3, SGamma::renormalised, 0.3, -0.322816880937},
    {0.3, SGamma::renormalised, 0.6, -0.315445423237},
    {0.3, SGamma::renormalised, 1, -0.296040560561},
    {0.3, SGamma::renormalised, 2, -0.165073502118},
    {0.3, SGamma::renormalised, 3, 0.105155777869},
    {0.3, SGamma::renormalised, 5, -0.038165883593},
    {0.3, SGamma::renormalised, 12, 0.002858040921},
};

/// At a volume fraction of 0.3.
inline constexpr LinearRow linear[] = {
    {LowQ::constant, HighQ::one, SGamma::bare, 0, -0.281113083720},
    {LowQ::constant, HighQ::one, SGamma::bare, 1e-06, -0.281113083720},
    {LowQ::constant, HighQ::one, SGamma::bare, 0.05, -0.280980169684},
    {LowQ::constant, HighQ::one, SGamma::bare, 0.2, -0.278983467518},
    {LowQ::constant, HighQ::one, SGamma::bare, 0.3, -0.276413247251},
    {LowQ::constant, HighQ::one, SGamma::bare, 0.6, -0.255644059849},
    {LowQ::constant, HighQ::one, SGamma::bare, 1, -0.205475015914},
    {LowQ::constant, HighQ::one, SGamma::bare, 2, -0.001073470649},
    {LowQ::constant, HighQ::one, SGamma::bare, 3, 0.334286374055},
    {LowQ::constant, HighQ::one, SGamma::bare, 5, 0.008814312794},
    {LowQ::constant, HighQ::one, SGamma::bare, 12, 0.000013132847},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 0, -0.205794319453},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 1e-06, -0.205794319453},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 0.05, -0.205695160249},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 0.2, -0.204205625013},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 0.3, -0.202286591566},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 0.6, -0.186916110224},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 1, -0.149824017724},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 2, 0.001157412894},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 3, 0.246678927508},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 5, 0.006921236882},
    {LowQ::constant, HighQ::one, SGamma::renormalised, 12, 0.000013101151},
    {LowQ::model, HighQ::one, SGamma::bare, 0, -0.304741986726},
    {LowQ::model, HighQ::one, SGamma::bare, 1e-06, -0.304741986726},
    {LowQ::model, HighQ::one, SGamma::bare, 0.05, -0.304342113628},
    {LowQ::model, HighQ::one, SGamma::bare, 0.2, -0.297863385081},
    {LowQ::model, HighQ::one, SGamma::bare, 0.3, -0.285197832317},
    {LowQ::model, HighQ::one, SGamma::bare, 0.6, -0.255932718890},
    {LowQ::model, HighQ::one, SGamma::bare, 1, -0.205503497944},
    {LowQ::model, HighQ::one, SGamma::bare, 2, -0.001073997974},
    {LowQ::model, HighQ::one, SGamma::bare, 3, 0.334286371952},
    {LowQ::model, HighQ::one, SGamma::bare, 5, 0.008814310009},
    {LowQ::model, HighQ::one, SGamma::bare, 12, 0.000013132841},
    {LowQ::model, HighQ::one, SGamma::renormalised, 0, -0.222983147090},
    {LowQ::model, HighQ::one, SGamma::renormalised, 1e-06, -0.222983147090},
    {LowQ::model, HighQ::one, SGamma::renormalised, 0.05, -0.222689744823},
    {LowQ::model, HighQ::one, SGamma::renormalised, 0.2, -0.217939395935},
    {LowQ::model, HighQ::one, SGamma::renormalised, 0.3, -0.208677846062},
    {LowQ::model, HighQ::one, SGamma::renormalised, 0.6, -0.187126996739},
    {LowQ::model, HighQ::one, SGamma::renormalised, 1, -0.149845018245},
    {LowQ::model, HighQ::one, SGamma::renormalised, 2, 0.001157008642},
    {LowQ::model, HighQ::one, SGamma::renormalised, 3, 0.246678925813},
    {LowQ::model, HighQ::one, SGamma::renormalised, 5, 0.006921234336},
    {LowQ::model, HighQ::one, SGamma::renormalised, 12, 0.000013101145},
    {LowQ::constant, HighQ::model, SGamma::bare, 0, -0.281692987438},
    {LowQ::constant, HighQ::model, SGamma::bare, 1e-06, -0.281692987438},
    {LowQ::constant, HighQ::model, SGamma::bare, 0.05, -0.281559052681},
    {LowQ::constant, HighQ::model, SGamma::bare, 0.2, -0.279547088907},
    {LowQ::constant, HighQ::model, SGamma::bare, 0.3, -0.276956663287},
    {LowQ::constant, HighQ::model, SGamma::bare, 0.6, -0.256081195162},
    {LowQ::constant, HighQ::model, SGamma::bare, 1, -0.205679162207},
    {LowQ::constant, HighQ::model, SGamma::bare, 2, -0.000520687718},
    {LowQ::constant, HighQ::model, SGamma::bare, 3, 0.335158819036},
    {LowQ::constant, HighQ::model, SGamma::bare, 5, 0.012987102663},
    {LowQ::constant, HighQ::model, SGamma::bare, 12, 0.003919052860},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 0, -0.206373509169},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 1e-06, -0.206373509169},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 0.05, -0.206273354634},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 0.2, -0.204768941344},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 0.3, -0.202830221713},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 0.6, -0.187356406677},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 1, -0.150039107487},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 2, 0.001658778377},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 3, 0.247467183804},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 5, 0.010134841685},
    {LowQ::constant, HighQ::model, SGamma::renormalised, 12, 0.002879687086},
};

}  // namespace sluice::delta_gamma::values
