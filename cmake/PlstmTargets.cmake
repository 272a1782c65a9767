# What all our targets share. Nothing here is exported: users of the library keep their own flags.

add_library(plstm_warnings INTERFACE)
target_compile_options(plstm_warnings INTERFACE -Wall -Wextra -Wpedantic)
# g++ 12 sees overlapping copies in "text" + std::string (its bug 105651).
target_compile_options(plstm_warnings INTERFACE
                       $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
if(PLSTM_WARNINGS_AS_ERRORS)
  target_compile_options(plstm_warnings INTERFACE -Werror)
endif()
# Boost, Eigen and RDKit come as system headers, so that their warnings are not ours.

# What -O3 is good for stands in the hot files, which have it (plstm_add_hot_variant). Elsewhere it only takes longer to
# compile, a sixth of the library's time.
set(PLSTM_COLD_OPTIONS $<$<AND:$<CXX_COMPILER_ID:GNU,Clang>,$<CONFIG:Release>>:-O2>)

# Most of the time that our files take to compile goes into these headers. The preset apart goes without, so that
# missing includes are noticed.
option(PLSTM_SHARE_HEADERS "Read the large headers of others once for many files of the library" OFF)

if(PLSTM_SHARE_HEADERS)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/library_headers.cpp CONTENT "")
  add_library(plstm_library_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/library_headers.cpp)
  set_target_properties(plstm_library_headers PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(plstm_library_headers PRIVATE cxx_std_20)
  target_link_libraries(plstm_library_headers PRIVATE plstm_warnings Eigen3::Eigen fmt::fmt)
  target_compile_options(plstm_library_headers PRIVATE ${PLSTM_COLD_OPTIONS})
  # Not that of JSON: g++ instantiates its parser once more in each file, whether the file reads JSON or not.
  target_precompile_headers(plstm_library_headers PRIVATE <algorithm> <cmath> <cstdint> <filesystem> <functional> <map>
                            <memory> <optional> <span> <string> <variant> <vector> <Eigen/Core> <fmt/format.h>)
  # g++ 12 sees more of the same in headers that are read before: the preset apart has these warnings.
  target_compile_options(plstm_warnings INTERFACE
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-subobject-linkage>)
  # g++ collects its garbage from 128 MB on, again and again, while many files at a time take more than a gigabyte.
  target_compile_options(plstm_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=524288>)
endif()

# plstm_add_library(<target> <alias>): an empty library of one area, whose folders add their sources.
function(plstm_add_library target alias)
  add_library(${target})
  add_library(plstm::${alias} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${alias} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                                       PRIVATE ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:plstm_warnings>)
  target_compile_options(${target} PRIVATE ${PLSTM_COLD_OPTIONS})
  if(PLSTM_SHARE_HEADERS)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP
                                               UNITY_BUILD_CODE_AFTER_INCLUDE "#undef PLSTM_INSTANTIATE")
    target_precompile_headers(${target} REUSE_FROM plstm_library_headers)
  endif()
endfunction()

# With PLSTM_SHARE_HEADERS the files of a folder are compiled some at a time, as headers and the templates of JSON, Eigen
# or RDKit that they use take longer to compile than the files.
set(PLSTM_FILES_AT_A_TIME 12)

# plstm_share_headers(<target> <file>...): these are compiled as one, and apart from other files of the folder.
function(plstm_share_headers target)
  list(GET ARGN 0 group)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group})
endfunction()

# plstm_compile_apart(<target> <file>...): for files that name things of their own like another file does.
function(plstm_compile_apart target)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# plstm_compile_by_folder(<target>): after all folders of an area have added their sources.
function(plstm_compile_by_folder target)
  if(NOT PLSTM_SHARE_HEADERS)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    if(NOT source MATCHES "\\.cpp$")
      continue()  # objects of hot files
    endif()
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/lib OUTPUT_VARIABLE path)
    cmake_path(GET path PARENT_PATH folder)
    string(REPLACE "/" "_" folder "${folder}")
    get_source_file_property(group ${source} TARGET_DIRECTORY ${target} UNITY_GROUP)
    if(NOT group)
      math(EXPR part "${files_of_${folder}} + 0")
      math(EXPR files_of_${folder} "${part} + 1")
      math(EXPR part "${part} / ${PLSTM_FILES_AT_A_TIME}")
      set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${folder}_${part})
    endif()
  endforeach()
endfunction()

# Variants of the hot files, one object library per instruction set; the library picks at run time.
option(PLSTM_DISPATCH "Compile the hot files for AVX2 and AVX-512 too (x86-64 only)" ON)
set(PLSTM_ISA_VARIANTS baseline)
if(PLSTM_DISPATCH AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND PLSTM_ISA_VARIANTS avx2 avx512)
endif()
if(PLSTM_ISA_VARIANTS MATCHES avx)
  add_compile_definitions(PLSTM_DISPATCH)  # everywhere, as a template in a header of lib/ asks for it
endif()
set(PLSTM_ISA_FLAGS_baseline "")
set(PLSTM_ISA_FLAGS_avx2 -mavx2 -mfma -mbmi2)
set(PLSTM_ISA_FLAGS_avx512 -mavx2 -mfma -mbmi2 -mavx512f -mavx512dq -mavx512bw -mavx512vl
                           -mprefer-vector-width=512)

# Two more variants hold products in bfloat16, where the compiler knows the instructions.
set(PLSTM_ISA_FLAGS_avx512_bf16 ${PLSTM_ISA_FLAGS_avx512} -mavx512bf16)
set(PLSTM_ISA_FLAGS_amx_bf16 ${PLSTM_ISA_FLAGS_avx512_bf16} -mamx-tile -mamx-bf16)
if("avx512" IN_LIST PLSTM_ISA_VARIANTS)
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-mavx512bf16 PLSTM_COMPILER_HAS_AVX512_BF16)
  check_cxx_compiler_flag("-mamx-tile -mamx-bf16" PLSTM_COMPILER_HAS_AMX_BF16)
endif()

# plstm_add_hot_variant(<target> <name> <isa> <file>...): compiles the files for one instruction set, with
# PLSTM_ISA_NAMESPACE naming it, and adds the objects to the target. Their names end in _kernels.cpp.
function(plstm_add_hot_variant target name isa)
  foreach(file IN LISTS ARGN)
    if(NOT file MATCHES "_kernels\\.cpp$")
      message(FATAL_ERROR "${file} is compiled for one instruction set, but its name does not end in _kernels.cpp")
    endif()
  endforeach()
  set(hot_level -O3)
  if(isa STREQUAL baseline AND "avx2" IN_LIST PLSTM_ISA_VARIANTS)
    set(hot_level -O2)  # for processors of before 2013
  endif()
  set(objects ${target}_${name}_${isa})
  add_library(${objects} OBJECT ${ARGN})
  target_compile_features(${objects} PRIVATE cxx_std_20)
  set_target_properties(${objects} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(PLSTM_BUILD_FUZZERS)  # by clang 14, which lacks __builtin_shuffle
    set_target_properties(${objects} PROPERTIES CXX_COMPILER_LAUNCHER ${PROJECT_SOURCE_DIR}/tests/fuzz/with_gcc.sh)
  endif()
  target_compile_definitions(${objects} PRIVATE PLSTM_ISA_NAMESPACE=isa_${isa})
  target_compile_options(${objects} PRIVATE ${PLSTM_ISA_FLAGS_${isa}}
                         $<$<CONFIG:Release,RelWithDebInfo>:${hot_level}> -fno-math-errno -fno-trapping-math
                         -fno-signed-zeros -ffp-contract=fast -fopenmp-simd
                         # a call of memcpy costs more than the two vectors of a row
                         $<$<CXX_COMPILER_ID:GNU>:-fno-tree-loop-distribute-patterns>
                         # g++ 12 mistakes the undefined lanes of its own intrinsics for our variables
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-uninitialized>
                         # sums must not depend on where an array happens to lie
                         $<$<CXX_COMPILER_ID:GNU>:--param=vect-max-peeling-for-alignment=0>)
  target_include_directories(${objects} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(${objects} PRIVATE Eigen3::Eigen plstm_warnings)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
endfunction()

# plstm_add_hot_sources(<target> <name> <file>...): compiles the files once per instruction set.
function(plstm_add_hot_sources target name)
  foreach(isa IN LISTS PLSTM_ISA_VARIANTS)
    plstm_add_hot_variant(${target} ${name} ${isa} ${ARGN})
  endforeach()
endfunction()
