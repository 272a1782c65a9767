#!/bin/bash
# Builds and tests everything on Debian 12, installing what is missing:
#
#   tests/run.sh [preset ...]     release no-rdkit asan-engine tsan-engine, if none is named
#   tests/run.sh asan tsan        the sanitizers over everything, programs too: 50 minutes on two cores
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- release no-rdkit asan-engine tsan-engine

cmake/debian-packages.sh build test benchmark

# g++ 12's thread sanitizer cannot start where addresses are randomised over more than 28 bits.
fixed_addresses=()
setarch -R true 2>/dev/null && fixed_addresses=(setarch -R)

for preset in "$@"; do
  echo "== $preset"
  start=$SECONDS
  cmake --preset "$preset"
  "${fixed_addresses[@]}" cmake --build --preset "$preset"
  built=$SECONDS
  if [ "$preset" = no-rdkit ]; then  # has no tests: that it builds is what matters
    build/release/apps/plstm-perf --smoke --only grid >/dev/null
  else
    "${fixed_addresses[@]}" ctest --preset "$preset" -j "$(nproc)"
  fi
  echo "== $preset passed: built in $((built - start)) s, tested in $((SECONDS - built)) s"
done
echo "== all passed: $* ($SECONDS s)"
