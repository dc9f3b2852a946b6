# sluice_add_plugin(<name> SOURCES plugin.cpp… [KERNEL kernel.cpp…] [LIBRARIES target…] [TESTS test.cpp…])
#
# Makes from the current folder, which holds plugin.json:
#   <name>_kernel   static library of KERNEL: pure numerics, not linked to the SDK
#   <name>          the plugin libsluice_<name>.so: hidden symbols, plugin.json embedded in an ELF section
#   the tests, in our own tree
# The id and version in plugin.json are the only ones: they reach the code as SLUICE_PLUGIN_ID and SLUICE_PLUGIN_VERSION.

set(SLUICE_PLUGIN_OUTPUT ${CMAKE_BINARY_DIR}/lib/sluice/plugins CACHE PATH "Where plugins are built")

function(sluice_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;KERNEL;LIBRARIES;TESTS")
  set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/plugin.json)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  file(READ ${manifest} text)
  string(JSON id GET "${text}" id)
  string(JSON version GET "${text}" version)
  if(NOT id STREQUAL name)
    message(FATAL_ERROR "${manifest}: id is '${id}', the plugin's folder and target are '${name}'")
  endif()

  if(arg_KERNEL)
    add_library(${name}_kernel STATIC ${arg_KERNEL})
    target_include_directories(${name}_kernel PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name}_kernel PUBLIC ${arg_LIBRARIES})
    set_target_properties(${name}_kernel PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)
    _sluice_plugin_options(${name}_kernel)
    target_compile_options(${name}_kernel PRIVATE $<$<CONFIG:Release>:-O3>)
  endif()

  set(embed ${CMAKE_CURRENT_BINARY_DIR}/${name}_manifest.cpp)
  file(CONFIGURE OUTPUT ${embed} @ONLY CONTENT [[// Generated: holds plugin.json in a section that survives strip.
__asm__(".pushsection .sluice.manifest,\"a\",@progbits\n.incbin \"@manifest@\"\n.popsection\n");
]])
  set_source_files_properties(${embed} PROPERTIES OBJECT_DEPENDS ${manifest})

  add_library(${name} MODULE ${arg_SOURCES} ${embed})
  target_link_libraries(${name} PRIVATE sluice::sdk ${arg_LIBRARIES})
  if(arg_KERNEL)
    target_link_libraries(${name} PRIVATE ${name}_kernel)
  endif()
  if(NOT SLUICE_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:-z,defs)  # an undefined symbol shows here, not when a recipe is run
  endif()
  target_compile_definitions(${name} PRIVATE SLUICE_PLUGIN_ID="${id}" SLUICE_PLUGIN_VERSION="${version}")
  set_target_properties(${name} PROPERTIES OUTPUT_NAME sluice_${name} CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON LIBRARY_OUTPUT_DIRECTORY ${SLUICE_PLUGIN_OUTPUT})
  _sluice_plugin_options(${name})
  set_property(GLOBAL APPEND PROPERTY SLUICE_PLUGINS ${name})
  include(GNUInstallDirs)
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sluice/plugins)

  if(SLUICE_SANITIZE AND NOT SLUICE_SANITIZE_PLUGIN_TESTS AND arg_KERNEL)
    list(FILTER arg_TESTS EXCLUDE REGEX "plugin_test")  # a short run: kernels, and the plugins that the framework's tests load
  endif()
  if(arg_TESTS AND COMMAND sluice_add_test)
    sluice_add_test(${name} SOURCES ${arg_TESTS} LIBRARIES $<TARGET_NAME_IF_EXISTS:${name}_kernel> ${arg_LIBRARIES})
    add_dependencies(${name}_test ${name})
  endif()
endfunction()

# Our own warnings inside our tree; only the language outside it.
function(_sluice_plugin_options target)
  if(COMMAND sluice_compile_options)
    sluice_compile_options(${target})
  else()
    target_compile_features(${target} PRIVATE cxx_std_20)
    target_compile_options(${target} PRIVATE -ffp-contract=off)
  endif()
endfunction()
