# Finds RDKit (https://www.rdkit.org). Some packages of it, Debian's among them, come without a CMake configuration.
#
#   RDKit_FOUND, RDKit_VERSION   e.g. 2022.09.3, as the library itself says
#   RDKit_DATA_DIR               where its tables are, such as that of functional groups; programs read it when they run
#   RDKit::RDKit                 the parts plstm::chem uses, with RDKit's headers (system) and Boost's
#
# Hints: RDKIT_ROOT, RDBASE or RDKit_ROOT, as variable or in the environment: the prefix RDKit is installed in.

include(FindPackageHandleStandardArgs)
include(CMakeFindDependencyMacro)
find_dependency(Boost)

set(_rdkit_hints ${RDKIT_ROOT} $ENV{RDKIT_ROOT} ${RDBASE} $ENV{RDBASE})
find_path(RDKit_INCLUDE_DIR GraphMol/ROMol.h HINTS ${_rdkit_hints} PATH_SUFFIXES include/rdkit rdkit include Code)

# Those that need others come first, for static libraries.
set(_rdkit_parts MolDraw2D MolStandardize ChemReactions FilterCatalog Catalogs Depictor Descriptors PartialCharges ReducedGraphs
                 Fingerprints FileParsers ChemTransforms Subgraphs SubstructMatch SmilesParse GraphMol DataStructs
                 RDGeometryLib RDGeneral)
set(_rdkit_libraries "")
set(_rdkit_variables "")
foreach(_part IN LISTS _rdkit_parts)
  find_library(RDKit_${_part}_LIBRARY NAMES RDKit${_part} ${_part} HINTS ${_rdkit_hints} PATH_SUFFIXES lib)
  mark_as_advanced(RDKit_${_part}_LIBRARY)
  list(APPEND _rdkit_variables RDKit_${_part}_LIBRARY)
  list(APPEND _rdkit_libraries "${RDKit_${_part}_LIBRARY}")
endforeach()
find_path(RDKit_DATA_DIR FragmentDescriptors.csv HINTS ${_rdkit_hints} PATH_SUFFIXES share/RDKit/Data Data)
mark_as_advanced(RDKit_INCLUDE_DIR RDKit_DATA_DIR)

# The version header is not always filled in; the library holds the number as text.
if(RDKit_RDGeneral_LIBRARY AND NOT RDKit_VERSION)
  file(STRINGS "${RDKit_RDGeneral_LIBRARY}" RDKit_VERSION LIMIT_COUNT 1 REGEX "^20[0-9][0-9]\\.[0-9][0-9]\\.[0-9]+")
  string(REGEX MATCH "^20[0-9][0-9]\\.[0-9][0-9]\\.[0-9]+" RDKit_VERSION "${RDKit_VERSION}")
endif()

find_package_handle_standard_args(RDKit REQUIRED_VARS RDKit_RDGeneral_LIBRARY RDKit_INCLUDE_DIR ${_rdkit_variables}
                                  VERSION_VAR RDKit_VERSION)

if(RDKit_FOUND AND NOT TARGET RDKit::RDKit)
  add_library(RDKit::RDKit INTERFACE IMPORTED)
  set_target_properties(RDKit::RDKit PROPERTIES
                        INTERFACE_INCLUDE_DIRECTORIES "${RDKit_INCLUDE_DIR}"
                        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${RDKit_INCLUDE_DIR}"
                        INTERFACE_LINK_LIBRARIES "${_rdkit_libraries};Boost::headers")
endif()

unset(_rdkit_hints)
unset(_rdkit_parts)
unset(_rdkit_libraries)
unset(_rdkit_variables)
