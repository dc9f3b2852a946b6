// SPDX-License-Identifier: BSD-3-Clause
// The main() of every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
