# SPDX-License-Identifier: BSD-3-Clause
# sluice_embed(OUTPUT x.cpp NAME recipe_schema_text FILE schemas/recipe.schema.json): text compiled into the library, as
# `namespace sluice { extern const std::string_view recipe_schema_text; }`. Run as a script it writes that .cpp.

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${FILE}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  get_filename_component(name "${FILE}" NAME)
  file(WRITE "${OUTPUT}" "// Made from ${name}; change that instead.
#include <string_view>

namespace sluice {
namespace {
constexpr char ${NAME}_bytes[] = {
${bytes}'\\0'};
}
extern const std::string_view ${NAME};
const std::string_view ${NAME}(${NAME}_bytes, sizeof ${NAME}_bytes - 1);
}  // namespace sluice
")
  return()
endif()

set(SLUICE_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(sluice_embed)
  cmake_parse_arguments(PARSE_ARGV 0 EMBED "" "OUTPUT;NAME;FILE" "")
  get_filename_component(output "${EMBED_OUTPUT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  get_filename_component(file "${EMBED_FILE}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -DFILE=${file} -DNAME=${EMBED_NAME} -DOUTPUT=${output} -P "${SLUICE_EMBED_SCRIPT}"
    DEPENDS "${file}" "${SLUICE_EMBED_SCRIPT}"
    VERBATIM)
endfunction()
