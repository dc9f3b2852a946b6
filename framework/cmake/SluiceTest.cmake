# sluice_add_test(<name> SOURCES test.cpp… [LIBRARIES target…] [LABELS label…])
#
# One executable <name>_test from doctest files (main is supplied), one ctest entry per source file.
# Labels: program (runs the program as a child), slow (more than 20 s), threads (for the thread sanitizer). Tests with neither of
# the first two are what the target library_tests builds, for the sanitizers.
# Test cases of the suite "long" (TEST_CASE("…" * doctest::test_suite("long")): many seeds, much of the same) are left out there.
# Tests find the tree through SLUICE_SOURCE_DIR and SLUICE_BINARY_DIR, and optional reference data through
# SLUICE_SHARED_DATA; a test that lacks its data says 'skipped'.

find_package(doctest REQUIRED)

# Half of a full build is tests: little optimisation for them, and short asserts. What computes is in the libraries that they call.
function(sluice_test_compile_options target)
  sluice_compile_options(${target})
  target_compile_definitions(${target} PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

function(sluice_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;LABELS")
  add_executable(${name}_test ${arg_SOURCES} $<TARGET_OBJECTS:sluice_test_main>)
  target_link_libraries(${name}_test PRIVATE doctest::doctest ${arg_LIBRARIES} sluice_test_support)
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  sluice_test_compile_options(${name}_test)
  target_precompile_headers(${name}_test REUSE_FROM sluice_test_main)
  if(NOT arg_LABELS MATCHES "program|slow")
    set_property(GLOBAL APPEND PROPERTY SLUICE_LIBRARY_TESTS ${name}_test)
  endif()
  set(not_long)
  if(SLUICE_SANITIZE)
    set(not_long --test-suite-exclude=long)
  endif()
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(stem ${source} NAME_WE)
    add_test(NAME ${name}.${stem} COMMAND ${name}_test --source-file=*${source} ${not_long})
    set_tests_properties(${name}.${stem} PROPERTIES LABELS "${arg_LABELS}"
      ENVIRONMENT "SLUICE_SOURCE_DIR=${PROJECT_SOURCE_DIR};SLUICE_BINARY_DIR=${PROJECT_BINARY_DIR};TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/thread_sanitizer.supp"
      SKIP_REGULAR_EXPRESSION "all skipped")
  endforeach()
endfunction()
