// SPDX-License-Identifier: BSD-3-Clause
// The bytes of a text file as UTF-8, whatever program wrote them.
#pragma once

#include <string>
#include <string_view>

namespace sluice::text_source {

/// The text without a byte order mark. UTF-16 is read where its byte order mark says so; bytes that are no UTF-8 are read as
/// Windows-1252, which holds ISO 8859-1: the degree sign of instrument exports is the byte B0 there,
/// or F8 before C or F, as in the code pages of DOS. Bytes without a meaning,
/// and halves of UTF-16 pairs, become U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

}  // namespace sluice::text_source
