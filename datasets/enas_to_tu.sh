#!/usr/bin/env bash
# Writes the DAGs of D-VAE's final_structures6.txt as a data set in TU format with directed edges.
#
#   datasets/enas_to_tu.sh final_structures6.txt FOLDER
#
# A line of the file is [[op], [op, skip], [op, skip, skip], ...], accuracy: layer i has an operation and a bit for
# the input and each layer but the one before it, from which it always reads. A graph has the input as node 1
# (label 0), six layers (label = operation + 2) and the output (label 1), which reads the layers that no other
# one reads. The first 1000 lines, from the start of the search, are left out as in D-VAE.
set -euo pipefail

if [[ $# != 2 ]]; then
  echo "usage: $0 final_structures6.txt FOLDER" >&2
  exit 2
fi
[[ -r $1 ]] || { echo "$0: $1 cannot be read" >&2; exit 1; }
mkdir -p "$2"

awk -v prefix="$2/ENAS_" '
  function fail(problem) {
    print FILENAME ": line " NR " " problem > "/dev/stderr"
    failed = 1
    exit 1
  }
  NR <= 1000 { next }
  {
    cut = match($0, /\]\], *[0-9.]+[ \r]*$/)
    if (cut == 0) fail("does not end in ]], and a number")
    accuracy = substr($0, cut + 3)
    gsub(/[ \r]/, "", accuracy)
    text = substr($0, 1, cut - 1)
    gsub(/[^][0-9,]/, "", text)
    layers = split(text, layer, /\],?\[/)
    first = nodes + 1
    output = first + layers + 1
    for (i = first; i < output; ++i) is_read[i] = 0
    print 0 > (prefix "node_labels.txt")
    for (i = 1; i <= layers; ++i) {
      gsub(/[][]/, "", layer[i])
      if (split(layer[i], word, ",") != i) fail("has no " i " numbers for layer " i)
      print word[1] + 2 > (prefix "node_labels.txt")
      for (j = 1; j <= i; ++j) {
        if (j < i && word[j + 1] == 0) continue
        print first + j - 1 ", " first + i > (prefix "A.txt")
        is_read[first + j - 1] = 1
      }
    }
    for (i = first; i < output; ++i) {
      if (!is_read[i]) print i ", " output > (prefix "A.txt")
      delete is_read[i]
    }
    print 1 > (prefix "node_labels.txt")
    nodes = output
    ++graphs
    for (i = first; i <= output; ++i) print graphs > (prefix "graph_indicator.txt")
    print accuracy > (prefix "graph_attributes.txt")
  }
  END { if (!failed && graphs == 0) { print FILENAME ": has no more than 1000 lines" > "/dev/stderr"; exit 1 } }
' "$1"
