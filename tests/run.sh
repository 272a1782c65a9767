#!/bin/bash
# Builds and tests everything on Debian 12, installing what is missing:
#
#   tests/run.sh [preset ...]     release asan tsan no-rdkit, if none is named
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- release asan tsan no-rdkit

cmake/debian-packages.sh build test benchmark
export CCACHE_DIR="${CCACHE_DIR:-$PWD/build/ccache}" CCACHE_SLOPPINESS=pch_defines,time_macros

# g++ 12's thread sanitizer cannot start where addresses are randomised over more than 28 bits.
fixed_addresses=()
setarch -R true 2>/dev/null && fixed_addresses=(setarch -R)

for preset in "$@"; do
  echo "== $preset"
  start=$SECONDS
  case $preset in
    release | no-rdkit) export CMAKE_CXX_COMPILER_LAUNCHER=ccache ;;  # their objects are mostly the same
    *) unset CMAKE_CXX_COMPILER_LAUNCHER ;;
  esac
  cmake --preset "$preset"
  "${fixed_addresses[@]}" cmake --build --preset "$preset"
  built=$SECONDS
  if [ "$preset" = no-rdkit ]; then  # has no tests: that it builds is what matters
    build/no-rdkit/apps/plstm-perf --smoke --only grid >/dev/null
  else
    "${fixed_addresses[@]}" ctest --preset "$preset" -j "$(nproc)"
  fi
  echo "== $preset passed: built in $((built - start)) s, tested in $((SECONDS - built)) s"
done
echo "== all passed: $* ($SECONDS s)"
