// SPDX-License-Identifier: BSD-3-Clause
// The main() of every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#define DOCTEST_CONFIG_IMPLEMENT  // said here too: the header's first part is already read, in the precompiled header
#include <doctest/doctest.h>
