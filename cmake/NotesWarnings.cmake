# The warnings every target of the project is compiled with, and the sanitizers of the preset.
option(NOTES_WERROR "Treat warnings as errors" OFF)

add_library(notes_warnings INTERFACE)
target_compile_options(notes_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Wcast-align -Wformat=2
  -Wimplicit-fallthrough -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wextra-semi
  $<$<BOOL:${NOTES_WERROR}>:-Werror>)
# With -O3 GCC 12 takes a string literal's assignment for an overlapping copy of 2^63 bytes (its bug 105329).
target_compile_options(notes_warnings INTERFACE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)

if(NOTES_SANITIZE)
  # The vptr check opens a pipe to look at memory, and takes a process without free descriptors for a corrupted one.
  add_compile_options(-fsanitize=${NOTES_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NOTES_SANITIZE})
endif()

find_program(NOTES_CCACHE ccache)
if(NOTES_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${NOTES_CCACHE}")
endif()
