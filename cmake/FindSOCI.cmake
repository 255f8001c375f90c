# FindSOCI: SOCI's core and the two database libraries the project uses, as SOCI::core, SOCI::sqlite3 and
# SOCI::postgresql. Debian's libsoci-dev brings no CMake configuration of its own, and its headers need Boost's.
# libpq itself is not linked: libs/db/libpq.cpp loads it when a connection to PostgreSQL is first made.
# The static archives: the shared libraries hide the vtables of the backends, which libs/db derives from.
find_path(SOCI_INCLUDE_DIR soci/soci.h)
find_path(SOCI_BOOST_INCLUDE_DIR boost/version.hpp)
find_library(SOCI_CORE_LIBRARY libsoci_core.a)
find_library(SOCI_SQLITE3_LIBRARY libsoci_sqlite3.a)
find_library(SOCI_POSTGRESQL_LIBRARY libsoci_postgresql.a)
if(SOCI_INCLUDE_DIR)
  file(STRINGS "${SOCI_INCLUDE_DIR}/soci/version.h" SOCI_VERSION REGEX "define SOCI_LIB_VERSION ")
  string(REGEX MATCH "[0-9]+_[0-9]+_?[0-9]*" SOCI_VERSION "${SOCI_VERSION}")
  string(REPLACE "_" "." SOCI_VERSION "${SOCI_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI
  REQUIRED_VARS SOCI_CORE_LIBRARY SOCI_SQLITE3_LIBRARY SOCI_POSTGRESQL_LIBRARY SOCI_INCLUDE_DIR SOCI_BOOST_INCLUDE_DIR
  VERSION_VAR SOCI_VERSION
  REASON_FAILURE_MESSAGE "install the packages libsoci-dev and libboost-dev")
mark_as_advanced(SOCI_INCLUDE_DIR SOCI_BOOST_INCLUDE_DIR SOCI_CORE_LIBRARY SOCI_SQLITE3_LIBRARY SOCI_POSTGRESQL_LIBRARY)

if(SOCI_FOUND AND NOT TARGET SOCI::core)
  find_package(PostgreSQL REQUIRED)
  find_package(SQLite3 REQUIRED)
  add_library(SOCI::core UNKNOWN IMPORTED)
  set_target_properties(SOCI::core PROPERTIES
    IMPORTED_LOCATION "${SOCI_CORE_LIBRARY}"
    INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}"
    INTERFACE_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR};${SOCI_BOOST_INCLUDE_DIR}")
  add_library(SOCI::sqlite3 UNKNOWN IMPORTED)
  set_target_properties(SOCI::sqlite3 PROPERTIES
    IMPORTED_LOCATION "${SOCI_SQLITE3_LIBRARY}"
    INTERFACE_LINK_LIBRARIES "SOCI::core;SQLite::SQLite3")
  add_library(SOCI::postgresql UNKNOWN IMPORTED)
  set_target_properties(SOCI::postgresql PROPERTIES
    IMPORTED_LOCATION "${SOCI_POSTGRESQL_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PostgreSQL_INCLUDE_DIRS}"
    INTERFACE_LINK_LIBRARIES "SOCI::core")
endif()
