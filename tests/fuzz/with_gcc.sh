#!/bin/bash
# with_gcc.sh clang++ <option>...: compiles a hot file by g++ and without sanitizers. clang 14 lacks __builtin_shuffle,
# which these files call. No reader computes with them.
set -eu
shift
options=()
for option in "$@"; do
  case $option in
    -fsanitize=* | -fno-sanitize-recover=*) ;;
    *) options+=("$option") ;;
  esac
done
exec g++ "${options[@]}" -w
