// SPDX-License-Identifier: BSD-3-Clause
// The functions of the host table that read and write descriptions.
#pragma once

#include <sluice/sdk/abi.h>

namespace sluice {
void fill_description_functions(sluice_host& table);
}
