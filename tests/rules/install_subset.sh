#!/bin/sh
# install_subset.sh <build folder> <folder> <cmake argument>...: installs into <folder>/prefix what a build folder has
# in which core and graph alone were built. Both come out of the first build folder: to compile them once more would
# prove nothing more.
set -eu
build=$1
folder=$2
shift 2
rm -rf "$folder"
cmake -B "$folder/build" "$@" >"$folder.log" || { cat "$folder.log"; exit 1; }
mkdir -p "$folder/build/lib"
cp -P "$build"/lib/libplstm_core.* "$build"/lib/libplstm_graph.* "$folder/build/lib"
cmake --install "$folder/build" --prefix "$folder/prefix"
