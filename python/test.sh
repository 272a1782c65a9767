#!/bin/bash
# Builds the wheel in a clean virtual environment, installs it there and runs its tests twice: with NumPy alone, then with
# scikit-learn, pandas, networkx and tqdm. With --torch a third time, with PyTorch, too.
#
#   python/test.sh [--torch] [arguments of pytest]
#
# On a fresh Debian 12, `cmake/debian-packages.sh build python` installs what it needs. Packages come from the registry that
# pip is set up for. PYTHON names another interpreter, PLSTM_PYTHON_BUILD another folder for what is compiled
# (build/python), which is kept: the first call takes half an hour on two cores, later ones a few minutes.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=${PLSTM_PYTHON_BUILD:-$here/../build/python}
with_torch=no
if [ "${1-}" = --torch ]; then
  with_torch=yes
  shift
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
pip=("$work/venv/bin/python" -m pip --disable-pip-version-check -q)

"${pip[@]}" install nanobind scikit-build-core
# The program plstm-mol is built beside the module: tests compare with it.
"${pip[@]}" wheel "$here" --no-deps --no-build-isolation -w "$work" "-Cbuild-dir=$build" -Ccmake.define.PLSTM_BUILD_APPS=ON \
  "-Cbuild.targets=_plstm;_plstm_stub;plstm-mol"
PLSTM_MOL=$(find "$build" -name plstm-mol -type f -perm -u+x | head -n 1)
export PLSTM_MOL

run_tests() {
  echo "tests with: $1"
  shift
  (cd "$work" && "$work/venv/bin/python" -m pytest -q -p no:cacheprovider "$here/tests" -c "$here/pyproject.toml" "$@")
}

"${pip[@]}" install "$work"/plstm-*.whl pytest hypothesis
run_tests "NumPy" "$@"
"${pip[@]}" install scikit-learn pandas networkx tqdm
run_tests "scikit-learn, pandas, networkx, tqdm" "$@"
if [ $with_torch = yes ]; then
  "${pip[@]}" install torch
  run_tests "PyTorch, too" "$@"
fi
