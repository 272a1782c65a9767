#!/bin/bash
# Builds the wheel in a clean virtual environment, installs it there and runs its tests twice: with NumPy alone, then
# with scikit-learn, pandas, networkx, tqdm and what runs notebooks. A third time with PyTorch, if asked for:
#
#   python/test.sh [--torch | --system-torch] [arguments of pytest]
#
# --torch fetches PyTorch, which is gigabytes. --system-torch takes Debian's python3-torch and its NumPy, in a virtual
# environment of its own; both are the oldest versions that the package takes.
#
# On a fresh Debian 12, `cmake/debian-packages.sh build python` installs what it needs. Packages come from the registry
# that pip is set up for. Settings of the environment:
#
#   PYTHON              another interpreter than python3
#   PLSTM_PYTHON_BUILD  another folder than build/python for what is compiled. It is kept, so that later calls are fast
#   PLSTM_MOL           a program plstm-mol to compare with, instead of building one
#   CMAKE_ARGS          for example -DPLSTM_INSTALLED=ON -DCMAKE_PREFIX_PATH=/usr/local: take installed libraries
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=${PLSTM_PYTHON_BUILD:-$here/../build/python}
torch=no
case ${1-} in
  --torch) torch=fetched; shift ;;
  --system-torch) torch=system; shift ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
pip=("$work/venv/bin/python" -m pip --disable-pip-version-check -q)

"${pip[@]}" install nanobind scikit-build-core "cmake >= 3.26; python_version >= '3.12'"
# The program plstm-mol is built beside the module: tests compare with it.
targets="_plstm;_plstm_stub" apps=OFF
[ -n "${PLSTM_MOL-}" ] || targets+=";plstm-mol" apps=ON
"${pip[@]}" wheel "$here" --no-deps --no-build-isolation -w "$work" --config-settings "build-dir=$build" \
  --config-settings "cmake.define.PLSTM_BUILD_APPS=$apps" --config-settings "build.targets=$targets"
if [ $apps = ON ]; then
  PLSTM_MOL=$(find "$build" -name plstm-mol -type f -perm -u+x | head -n 1)
fi
export PLSTM_MOL

run_tests() {
  local environment=$1
  echo "tests with: $2"
  shift 2
  (cd "$work" && "$environment/bin/python" -m pytest -q -p no:cacheprovider "$here/tests" -c "$here/pyproject.toml" \
    "$@")
}

"${pip[@]}" install "$work"/plstm-*.whl pytest hypothesis
run_tests "$work/venv" "NumPy" "$@"
again=(--ignore "$here/tests/test_site.py")  # is the same whatever else is installed
"${pip[@]}" install scikit-learn pandas networkx tqdm nbclient ipykernel
run_tests "$work/venv" "scikit-learn, pandas, networkx, tqdm, nbclient" "${again[@]}" "$@"
if [ $torch = fetched ]; then
  "${pip[@]}" install torch
  run_tests "$work/venv" "PyTorch, too" "${again[@]}" "$@"
elif [ $torch = system ]; then
  /usr/bin/python3 -m venv --system-site-packages "$work/system"
  "$work/system/bin/python" -m pip --disable-pip-version-check -q install "$work"/plstm-*.whl pytest hypothesis \
    nbclient ipykernel
  versions='import numpy, torch; print("PyTorch", torch.__version__, "and NumPy", numpy.__version__, "of the system")'
  again+=(-k "not (runs and (activities or workflows))")  # these notebooks have run
  run_tests "$work/system" "$("$work/system/bin/python" -c "$versions")" "${again[@]}" "$@"
fi
