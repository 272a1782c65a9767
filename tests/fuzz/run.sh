#!/bin/bash
# Builds all harnesses, or those that are named, by clang and runs one after the other:
#
#   tests/fuzz/run.sh <seconds for each> [reader ...]
#
# What libFuzzer finds lies in build/fuzz/findings; new inputs that reach more code lie in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:?usage: tests/fuzz/run.sh <seconds for each> [reader ...]}
shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/corpus)

cmake --preset fuzz
cmake --build --preset fuzz --target $(printf 'plstm_%s_fuzz ' "$@")

failed=()
for reader in "$@"; do
  echo "== $reader"
  mkdir -p "build/fuzz/corpus/$reader" "build/fuzz/findings/$reader"
  "build/fuzz/tests/fuzz/plstm_${reader}_fuzz" -max_total_time="$seconds" -max_len=8192 -timeout=20 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="build/fuzz/findings/$reader/" \
    "build/fuzz/corpus/$reader" "tests/fuzz/corpus/$reader" || failed+=("$reader")
done
[ ${#failed[@]} -eq 0 ] || { echo "== findings: ${failed[*]}"; exit 1; }
echo "== no findings: $*"
