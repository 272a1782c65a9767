#!/bin/bash
# From a fresh clone to a trained model: installs what is missing, builds plstm-mol, trains it on the binding
# data that come with RDKit and predicts the SMILES given as arguments.
#
#   apps/quickstart.sh ["SMILES" ...]
set -euo pipefail
cd "$(dirname "$0")/.."

cmake/debian-packages.sh build
cmake --preset app
cmake --build --preset app --target plstm-mol
build/app/apps/plstm-mol quickstart "$@"
