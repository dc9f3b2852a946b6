# How our own code is compiled. A target asks for it by sluice_compile_options(); nothing global is changed.

option(SLUICE_WARNINGS_AS_ERRORS "Warnings are errors" OFF)
option(SLUICE_UNITY_BUILD "Several sources of the framework are compiled at once: shorter full builds, longer partial ones" OFF)
set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers for our own code: address,undefined or thread")
option(SLUICE_SANITIZE_PLUGIN_TESTS "With sanitizers: each plugin's own plugin_test too, not only kernels, framework and recipes" OFF)

function(sluice_compile_options target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  # No contraction of a*b+c: the same source gives the same bits in every code path and block size.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -ffp-contract=off
    $<$<CONFIG:Release>:-O2>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>  # false alarms of g++ 12 in std::string (GCC bug 105651)
    $<$<BOOL:${SLUICE_WARNINGS_AS_ERRORS}>:-Werror>)
  if(SLUICE_SANITIZE)
    # Compiling takes most of such a run, and with optimisation twice as long: only what computes has it.
    string(REGEX MATCH "thread|_kernel$|sluice_numerics|sluice_least_squares|sluice_sine_transform" computes "${SLUICE_SANITIZE} ${target}")
    target_compile_options(${target} PRIVATE -fsanitize=${SLUICE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
      $<IF:$<BOOL:${computes}>,-O1,-O0> -g1)
    target_link_options(${target} PRIVATE -fsanitize=${SLUICE_SANITIZE})
  endif()
endfunction()
