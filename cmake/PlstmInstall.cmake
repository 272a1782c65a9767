# `cmake --install`: libraries, public headers and the package that find_package(plstm) reads.

include(CMakePackageConfigHelpers)
set(PLSTM_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/plstm)
get_target_property(PLSTM_LIBRARY_TYPE plstm_core TYPE)

# plstm_install_library(<target> <export set>). Before 1.0 every minor version may change the interface.
function(plstm_install_library target set)
  if(NOT target STREQUAL plstm)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH $ORIGIN VERSION ${PROJECT_VERSION}
                          SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  endif()
  install(TARGETS ${target} EXPORT ${set})
endfunction()

foreach(target IN ITEMS plstm_core plstm_graph plstm_stm plstm_nn plstm_train plstm_data plstm_learn plstm)
  plstm_install_library(${target} plstmTargets)
endforeach()
install(EXPORT plstmTargets NAMESPACE plstm:: DESTINATION ${PLSTM_PACKAGE_DIR})
install(DIRECTORY include/plstm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp"
        PATTERN chem EXCLUDE)
if(PLSTM_WITH_RDKIT)
  plstm_install_library(plstm_chem plstmChemTargets)
  install(EXPORT plstmChemTargets NAMESPACE plstm:: DESTINATION ${PLSTM_PACKAGE_DIR})
  install(DIRECTORY include/plstm/chem DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/plstm
          FILES_MATCHING PATTERN "*.hpp")
  install(FILES cmake/FindRDKit.cmake DESTINATION ${PLSTM_PACKAGE_DIR})
  install(DIRECTORY datasets/pretrained DESTINATION ${CMAKE_INSTALL_DATADIR}/plstm)
endif()

configure_package_config_file(cmake/plstmConfig.cmake.in ${PROJECT_BINARY_DIR}/plstmConfig.cmake
                              INSTALL_DESTINATION ${PLSTM_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/plstmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/plstmConfig.cmake ${PROJECT_BINARY_DIR}/plstmConfigVersion.cmake
        DESTINATION ${PLSTM_PACKAGE_DIR})
