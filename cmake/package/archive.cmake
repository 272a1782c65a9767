# Makes <build>/packages/plstm-<version>-linux-<processor>.tar.gz: the programs and every library that they need but
# those of glibc, which every distribution has. It runs from any folder. cmake -P with the variables of PlstmPackage.cmake.
cmake_minimum_required(VERSION 3.22)

cmake_host_system_information(RESULT processor QUERY OS_PLATFORM)
set(name plstm-${PLSTM_VERSION}-linux-${processor})
set(root ${PLSTM_BUILD}/archive/${name})
find_program(PATCHELF patchelf REQUIRED)
file(REMOVE_RECURSE ${PLSTM_BUILD}/archive)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${PLSTM_BUILD} --component programs --prefix ${root} --strip
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${root}/share/zsh/vendor-completions ${root}/share/zsh/site-functions)

# Libraries, under the names that the programs ask for. Each file looks for others beside it before anywhere else.
file(GLOB programs ${root}/bin/*)
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${programs} RESOLVED_DEPENDENCIES_VAR libraries
     UNRESOLVED_DEPENDENCIES_VAR missing CONFLICTING_DEPENDENCIES_PREFIX conflicts
     PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv)\\.so")
if(missing OR conflicts_FILENAMES)
  message(FATAL_ERROR "libraries of the programs are missing, or there are two of them: ${missing} ${conflicts_FILENAMES}")
endif()
file(MAKE_DIRECTORY ${root}/lib)
foreach(library IN LISTS libraries)
  get_filename_component(file ${library} NAME)
  file(COPY_FILE ${library} ${root}/lib/${file})
  execute_process(COMMAND ${PATCHELF} --force-rpath --set-rpath $ORIGIN ${root}/lib/${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
foreach(program IN LISTS programs)
  execute_process(COMMAND ${PATCHELF} --force-rpath --set-rpath $ORIGIN/../lib ${program} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# What the programs read of RDKit's data.
set(freewilson Contrib/FreeWilson/data)
file(COPY ${RDKIT_DATA}/FragmentDescriptors.csv DESTINATION ${root}/share/RDKit/Data)
file(COPY ${RDKIT_DATA}/../${freewilson}/CHEMBL2321810.smi ${RDKIT_DATA}/../${freewilson}/CHEMBL2321810_act.csv
     DESTINATION ${root}/share/RDKit/${freewilson})

# The licences of all of them, as the packages have them that they come from.
set(packages "")
foreach(file IN LISTS libraries ITEMS ${RDKIT_DATA}/FragmentDescriptors.csv)
  file(REAL_PATH ${file} path)
  string(REGEX REPLACE "^/usr" "" without_usr ${path})  # packages may name it so
  execute_process(COMMAND dpkg-query --search ${path} ${without_usr} OUTPUT_VARIABLE owners ERROR_QUIET)
  if(NOT owners MATCHES "^([^:,\n]+)")
    message(FATAL_ERROR "${path} is in no package of Debian, so its licence is not known")
  endif()
  list(APPEND packages ${CMAKE_MATCH_1})
endforeach()
list(REMOVE_DUPLICATES packages)
foreach(package IN LISTS packages)
  configure_file(/usr/share/doc/${package}/copyright ${root}/share/doc/plstm/licences/${package} COPYONLY)
endforeach()

# The newest symbols of glibc that are asked for say on which systems it runs.
file(GLOB files ${root}/bin/* ${root}/lib/*)
execute_process(COMMAND ${CMAKE_OBJDUMP} -T ${files} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "GLIBC_[0-9.]+" versions "${symbols}")
list(REMOVE_DUPLICATES versions)
list(SORT versions COMPARE NATURAL)
list(POP_BACK versions newest)
string(REPLACE GLIBC_ "" newest ${newest})
file(WRITE ${root}/README.txt
"plstm ${PLSTM_VERSION}, for Linux on ${processor} with glibc ${newest} or newer.

bin/ has the programs; they run where this folder lies, and find lib/ and share/ beside them:

  bin/plstm-mol quickstart
  man -l share/man/man1/plstm-mol.1.gz
  source share/bash-completion/completions/plstm-mol

share/doc/plstm has the licences of plstm and of the libraries in lib/.
")

file(MAKE_DIRECTORY ${PLSTM_BUILD}/packages)
set(archive ${PLSTM_BUILD}/packages/${name}.tar.gz)
execute_process(COMMAND tar --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+w --mtime=${PLSTM_DATE}Z
                        -I "gzip -9n" -cf ${archive} -C ${PLSTM_BUILD}/archive ${name} COMMAND_ERROR_IS_FATAL ANY)
file(SIZE ${archive} size)
math(EXPR megabytes "${size} / 1000000")
list(LENGTH libraries count)
message(STATUS "${archive}: ${count} libraries, ${megabytes} MB, glibc ${newest} or newer")
