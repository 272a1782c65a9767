#!/bin/bash
# Installs the Debian 12 packages plstm needs:
#
#   cmake/debian-packages.sh build [test] [benchmark] [package] [python] [docs] [torch]
#
# Needs no network, root or apt when they are all there.
set -euo pipefail

declare -A packages=(
  [build]="g++ cmake ninja-build libboost1.74-dev libboost-graph1.74-dev libcli11-dev libeigen3-dev libfmt-dev
           libpng-dev librdkit-dev libtbb-dev nlohmann-json3-dev rdkit-data zlib1g-dev"
  [test]="curl fish groff-base iproute2 libgmock-dev libgtest-dev libopenmpi-dev librapidcheck-dev man-db openmpi-bin
          unzip zsh"
  [benchmark]="libbenchmark-dev"
  [package]="dpkg-dev file gzip patchelf"
  [python]="python3 python3-dev python3-pip python3-venv"
  [docs]="doxygen"
  [torch]="python3-torch"
)

missing=()
for group in "$@"; do
  if [ -z "${packages[$group]-}" ]; then
    echo "usage: $0 build [test] [benchmark] [package] [python] [docs] [torch]" >&2
    exit 2
  fi
  for package in ${packages[$group]}; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "$0: as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -q </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null
