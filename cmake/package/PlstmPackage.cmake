# Packages, of a build with PLSTM_PACKAGE=ON (preset package; docs/packages.md):
#
#   cpack --config build/package/CPackConfig.cmake    the Debian packages plstm and libplstm-dev
#   cmake --build build/package --target archive      the programs with their libraries, for other distributions
#
# Libraries are static: before 1.0 their interface changes with every minor version, and a shared one would need a
# package of its own for each. Programs hold what they need of them, so plstm does not depend on libplstm-dev. lintian
# has one warning left, that no bug of Debian is closed by the first upload, as these packages are uploaded nowhere.

if(BUILD_SHARED_LIBS)
  message(FATAL_ERROR "PLSTM_PACKAGE=ON is for static libraries; set BUILD_SHARED_LIBS=OFF")
endif()
if(NOT PLSTM_INSTALL OR NOT PLSTM_BUILD_APPS OR NOT PLSTM_WITH_RDKIT)
  message(FATAL_ERROR "PLSTM_PACKAGE=ON needs PLSTM_INSTALL, PLSTM_BUILD_APPS and PLSTM_WITH_RDKIT, too")
endif()
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  message(FATAL_ERROR "PLSTM_PACKAGE=ON is for packages, which lie in /usr; set CMAKE_INSTALL_PREFIX=/usr")
endif()
find_program(PLSTM_GZIP gzip REQUIRED)

set(package_revision 1)
set(package_maintainer "plstm developers <plstm@noreply.invalid>")
set(package_texts ${PROJECT_BINARY_DIR}/package)

# Licence and changes, which each package has, and compressed manual pages.
file(STRINGS ${PROJECT_SOURCE_DIR}/LICENSE licence)
set(copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: plstm\n")
string(APPEND copyright "\nFiles: *\nCopyright: 2026 the plstm authors\nLicense: Expat\n\nLicense: Expat\n")
list(SUBLIST licence 4 -1 licence)  # after title and copyright
foreach(line IN LISTS licence)
  if(line STREQUAL "")
    set(line .)
  endif()
  string(APPEND copyright " ${line}\n")
endforeach()
file(CONFIGURE OUTPUT ${package_texts}/copyright CONTENT "${copyright}" @ONLY)
execute_process(COMMAND date --utc --rfc-email --date ${PLSTM_RELEASE_DATE} OUTPUT_VARIABLE date
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(CONFIGURE OUTPUT ${package_texts}/changelog.Debian @ONLY CONTENT
"plstm (${PROJECT_VERSION}-${package_revision}) stable; urgency=medium

  * Version ${PROJECT_VERSION}.

 -- ${package_maintainer}  ${date}
")
execute_process(COMMAND ${PLSTM_GZIP} -9nc ${package_texts}/changelog.Debian
                OUTPUT_FILE ${package_texts}/changelog.Debian.gz COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${package_texts}/copyright ${package_texts}/changelog.Debian.gz
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/plstm COMPONENT programs)
install(FILES ${package_texts}/copyright ${package_texts}/changelog.Debian.gz
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libplstm-dev COMPONENT development)
install(CODE "
  file(GLOB pages \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/plstm*.1\")
  execute_process(COMMAND \"${PLSTM_GZIP}\" -9nf \${pages} COMMAND_ERROR_IS_FATAL ANY)" COMPONENT programs)

# The archive.
add_custom_target(archive USES_TERMINAL VERBATIM
  COMMAND ${CMAKE_COMMAND} -D PLSTM_BUILD=${PROJECT_BINARY_DIR} -D PLSTM_VERSION=${PROJECT_VERSION}
          -D PLSTM_DATE=${PLSTM_RELEASE_DATE} -D RDKIT_DATA=${RDKit_DATA_DIR} -D CMAKE_OBJDUMP=${CMAKE_OBJDUMP}
          -P ${CMAKE_CURRENT_LIST_DIR}/archive.cmake)
get_property(programs GLOBAL PROPERTY PLSTM_PROGRAMS)
add_dependencies(archive ${programs})

# The Debian packages. What plstm depends on is read from its programs. Who links our static libraries needs the headers
# and libraries that their code was compiled with.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME plstm)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each has its own
set(CPACK_PACKAGE_VENDOR "plstm developers")
set(CPACK_PACKAGE_CONTACT "${package_maintainer}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL programs development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${package_revision})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME plstm)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS rdkit-data)  # lists of functional groups, and the data of the quickstart
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION
"predict properties of molecules and of directed acyclic graphs
plstm-mol trains pLSTM networks on tables of molecules with measured values,
tests them and predicts new molecules, with intervals and explanations.
plstm-dag does so for graphs such as circuits, workflows and formulas. Further
programs compare models on benchmark data sets, on images and on sequences.")

string(REGEX MATCH "^[0-9]+" fmt_major "${fmt_VERSION}")
math(EXPR fmt_next "${fmt_major} + 1")
set(boost ${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR})
set(development_needs libboost${boost}-dev libboost-graph${boost}-dev "libeigen3-dev (>= 3.4)"
                      "libfmt-dev (>= ${fmt_major}~)" "libfmt-dev (<< ${fmt_next}~)" libpng-dev
                      "libtbb-dev (>= 2021)" zlib1g-dev)
list(JOIN development_needs ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "librdkit-dev, rdkit-data")  # for the component chem alone
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS plstm)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libplstm-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"neural networks on directed acyclic graphs, for C++
plstm has the pLSTM operator with gradients, layers and models for graphs,
grids and sequences, training, and readers of graphs and molecules. This
package has its headers, its static libraries, and what find_package(plstm)
of CMake reads.")

set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_OUTPUT_FILE_PREFIX ${PROJECT_BINARY_DIR}/packages)
include(CPack)
