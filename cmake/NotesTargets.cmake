# notes_library(<name> SOURCES <file>... [DEPENDS <our libraries>...] [PACKAGES <imported targets>...]
#               [PRIVATE_PACKAGES <imported targets>...])
# One library per folder of libs/. DEPENDS are the arrows that scripts/check_layers.py holds the includes against.
function(notes_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PACKAGES;PRIVATE_PACKAGES")
  set(target notes_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(notes::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/libs")
  list(TRANSFORM arg_DEPENDS PREPEND "notes::")
  target_link_libraries(${target} PUBLIC ${arg_DEPENDS} ${arg_PACKAGES} PRIVATE ${arg_PRIVATE_PACKAGES} notes_warnings)
endfunction()

# notes_app(<name> SOURCES <file>... DEPENDS <our libraries>...)
function(notes_app name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  add_executable(${name} ${arg_SOURCES})
  list(TRANSFORM arg_DEPENDS PREPEND "notes::")
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} notes_warnings)
  target_compile_definitions(${name} PRIVATE NOTES_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS ${name})
endfunction()

# notes_test(<name> SOURCES <file>... DEPENDS <our libraries>... [APPS <executables it starts>...]
#            [LABELS <label>...] [TIMEOUT <seconds>] [SERIAL])
# One doctest executable; each of its test cases is a CTest test.
function(notes_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;DEPENDS;APPS;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  list(TRANSFORM arg_DEPENDS PREPEND "notes::")
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} notes_test_support notes_warnings)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  if(arg_APPS)
    add_dependencies(${name} ${arg_APPS})
  endif()
  doctest_discover_tests(${name}
    TEST_PREFIX "${name}: "
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}" $<$<BOOL:${arg_SERIAL}>:RUN_SERIAL;TRUE>)
endfunction()
