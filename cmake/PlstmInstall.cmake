# `cmake --install`: libraries, public headers and the package that find_package(plstm) reads. What was not built is
# left out, so that `cmake --build build --target plstm_graph` is enough for who wants graphs alone.

include(CMakePackageConfigHelpers)
set(PLSTM_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/plstm)
get_target_property(PLSTM_LIBRARY_TYPE plstm_core TYPE)

# A package for those who build against the library, another for those who use the programs (cmake/package).
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)

set(PLSTM_COMPONENTS core graph)
if(NOT PLSTM_GRAPH_ONLY)
  list(APPEND PLSTM_COMPONENTS stm nn train data learn)
endif()
if(PLSTM_WITH_MPI)
  list(APPEND PLSTM_COMPONENTS mpi)
endif()
if(PLSTM_WITH_RDKIT)
  list(APPEND PLSTM_COMPONENTS chem)
endif()

# Each component has an export set of its own, as the file of a set refuses to be read where one of its libraries is
# missing. The names of the library files tell the package what was installed.
set(library_files "")
foreach(component IN LISTS PLSTM_COMPONENTS)
  set(target plstm_${component})
  # Before 1.0 every minor version may change the interface.
  set_target_properties(${target} PROPERTIES INSTALL_RPATH $ORIGIN VERSION ${PROJECT_VERSION}
                        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  install(TARGETS ${target} EXPORT plstm_${component} OPTIONAL)
  install(EXPORT plstm_${component} NAMESPACE plstm:: DESTINATION ${PLSTM_PACKAGE_DIR}
          FILE plstm-${component}.cmake)
  string(APPEND library_files "set(_plstm_file_${component} $<TARGET_FILE_NAME:${target}>)\n")
endforeach()

if(PLSTM_GRAPH_ONLY)
  install(DIRECTORY include/plstm/core include/plstm/graph DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/plstm
          FILES_MATCHING PATTERN "*.hpp")
else()
  install(TARGETS plstm EXPORT plstm_all)
  install(EXPORT plstm_all NAMESPACE plstm:: DESTINATION ${PLSTM_PACKAGE_DIR} FILE plstm-all.cmake)
  install(DIRECTORY include/plstm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp"
          PATTERN chem EXCLUDE PATTERN mpi EXCLUDE)
endif()
if(PLSTM_WITH_MPI)
  install(DIRECTORY include/plstm/mpi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/plstm FILES_MATCHING PATTERN "*.hpp")
endif()
if(PLSTM_WITH_RDKIT)
  install(DIRECTORY include/plstm/chem DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/plstm
          FILES_MATCHING PATTERN "*.hpp")
  install(FILES cmake/FindRDKit.cmake DESTINATION ${PLSTM_PACKAGE_DIR})
  install(DIRECTORY datasets/pretrained DESTINATION ${CMAKE_INSTALL_DATADIR}/plstm COMPONENT programs)
endif()

set(PLSTM_INSTALL_LIBDIR ${CMAKE_INSTALL_LIBDIR})
configure_package_config_file(cmake/plstmConfig.cmake.in ${PROJECT_BINARY_DIR}/plstmConfig.cmake
                              INSTALL_DESTINATION ${PLSTM_PACKAGE_DIR} PATH_VARS PLSTM_INSTALL_LIBDIR
                              NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/plstmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/plstm-files.cmake CONTENT "${library_files}")
install(FILES ${PROJECT_BINARY_DIR}/plstmConfig.cmake ${PROJECT_BINARY_DIR}/plstmConfigVersion.cmake
              ${PROJECT_BINARY_DIR}/plstm-files.cmake
        DESTINATION ${PLSTM_PACKAGE_DIR})
