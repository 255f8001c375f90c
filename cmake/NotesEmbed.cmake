# notes_embed(<target> HEADER <our header> FUNCTION <its function> [FILES <file>...])
# Puts files into a library as they are: FUNCTION, declared in HEADER, returns them by their names. The assembler reads
# them; a compiler takes minutes over a megabyte of literals.
function(notes_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;FUNCTION" "FILES")
  set(blobs "")
  set(externals "")
  set(entries "")
  set(paths "")
  foreach(file IN LISTS arg_FILES)
    get_filename_component(path "${file}" ABSOLUTE)
    get_filename_component(name "${file}" NAME)
    list(LENGTH paths index)
    list(APPEND paths "${path}")
    set(symbol "notes_${arg_FUNCTION}_${index}")
    string(APPEND blobs "asm(R\"(.pushsection .rodata\n${symbol}_begin: .incbin \"${path}\"\n${symbol}_end: .byte 0\n.popsection)\");\n")
    string(APPEND externals "extern const char ${symbol}_begin[] asm(\"${symbol}_begin\");\nextern const char ${symbol}_end[] asm(\"${symbol}_end\");\n")
    string(APPEND entries "      {\"${name}\", {${symbol}_begin, static_cast<std::size_t>(${symbol}_end - ${symbol}_begin)}},\n")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${arg_FUNCTION}.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [=[
#include "@arg_HEADER@"

@blobs@
@externals@
namespace notes::api {

std::span<const EmbeddedFile> @arg_FUNCTION@() {
  static const EmbeddedFile kFiles[] = {
@entries@  };
  return kFiles;
}

}  // namespace notes::api
]=])
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE "${source}")
endfunction()
