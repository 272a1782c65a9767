#!/bin/bash
# Builds and tests everything on Debian 12, installing what is missing:
#
#   tests/run.sh [preset ...]     release python no-rdkit asan-engine tsan-engine, if none is named
#   tests/run.sh python           the Python package, with the libraries and programs of release
#   PLSTM_TEST_TORCH=off tests/run.sh python         the same without PyTorch, which is 650 MB of Debian's packages
#   tests/run.sh asan tsan        the sanitizers over everything, programs too: 50 minutes on two cores
#   tests/run.sh accidents        hundreds of kills of trainings and of programs side by side: 30 minutes
#   tests/run.sh apart            release, but every file and every public header compiles alone: before a release
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- release python no-rdkit asan-engine tsan-engine

cmake/debian-packages.sh build test benchmark

# g++ 12's thread sanitizer cannot start where addresses are randomised over more than 28 bits.
fixed_addresses=()
setarch -R true 2>/dev/null && fixed_addresses=(setarch -R)

# The wheel is built and tested in a clean virtual environment, whose packages a registry has to give.
test_python() {
  cmake/debian-packages.sh python docs
  if ! python3 -m pip download -q --no-deps --disable-pip-version-check --timeout 15 --retries 1 \
    -d "$(mktemp -d)" nanobind >/dev/null 2>&1; then
    echo "== python skipped: pip cannot fetch packages here"
    return
  fi
  cmake --install build/release --prefix "$PWD/build/installed" >/dev/null
  local torch=() version='import sys; print(sys.version_info[:2])'
  # A wheel is for one version of Python, and Debian's PyTorch is for Debian's.
  if [ "${PLSTM_TEST_TORCH-on}" = on ] && [ "$(python3 -c "$version")" = "$(/usr/bin/python3 -c "$version")" ]; then
    cmake/debian-packages.sh torch && torch=(--system-torch)
  fi
  [ ${#torch[@]} -gt 0 ] || echo "== python is tested without PyTorch"
  PLSTM_MOL=$PWD/build/release/apps/plstm-mol \
    CMAKE_ARGS="-DPLSTM_INSTALLED=ON -DCMAKE_PREFIX_PATH=$PWD/build/installed" python/test.sh "${torch[@]}"
}

for preset in "$@"; do
  echo "== $preset"
  start=$SECONDS
  if [ "$preset" = python ]; then
    test_python
    echo "== python took $((SECONDS - start)) s"
    continue
  fi
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
