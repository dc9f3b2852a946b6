// SPDX-License-Identifier: BSD-3-Clause
// All headers of the kernel in one translation unit: one name, one type.
#include <doctest/doctest.h>

#include "../gram_check.hpp"
#include "../gram_pack.hpp"
#include "../gram_places.hpp"
#include "../gram_region.hpp"
#include "../gram_scratch.hpp"
#include "../gram_tiles.hpp"
#include "../kept_trains.hpp"
#include "../regions.hpp"
#include "../status.hpp"
#include "../train_average.hpp"
#include "../train_state.hpp"
#include "../train_terms.hpp"

TEST_CASE("the kernel's headers compile together") {}
