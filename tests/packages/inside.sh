#!/bin/sh
# Runs on the bare system, where smoke.sh has installed plstm below the prefix: inside.sh programs|consumer <prefix>
set -eu
prefix=$2
PATH=$prefix/bin:$PATH
work=$(mktemp -d)
cd "$work"

fail() {
  echo "failed: $*"
  exit 1
}

# Runs a command, and shows what it says where it fails.
quietly() {
  "$@" >log 2>&1 || { tail -20 log; fail "$*"; }
}

case $1 in
  programs)
    for program in arrow bench dag mol perf sequence; do
      "plstm-$program" --version >/dev/null || fail "plstm-$program --version"
      if ldd "$prefix/bin/plstm-$program" | grep 'not found'; then fail "plstm-$program lacks a library"; fi
    done

    # Molecules: a table of 60 alcohols and amines, learnt from random values and from the weights that are installed.
    awk 'BEGIN {
      print "smiles,id,y"
      for (i = 0; i < 60; ++i) {
        chain = ""
        for (j = 0; j <= i % 12; ++j) chain = chain "C"
        print chain (i % 2 ? "O" : "N") ",m" i "," i % 12 + 0.1 * (i % 5)
      }
    }' >data.csv
    quietly plstm-mol train -i data.csv -o run --id-column id --epochs 3 --ensemble-size 1 --quiet
    for file in model.safetensors report.html manifest.json; do
      [ -s "run/$file" ] || fail "run/$file was not written"
    done
    quietly plstm-mol train -i data.csv -o start --id-column id --epochs 1 --ensemble-size 1 --quiet --init-from pretrained
    printf 'smiles\nCCCCO\nCCCCCCN\nno molecule\n' >new.csv
    quietly plstm-mol predict -i new.csv --model-paths run -o predictions.csv
    [ "$(wc -l <predictions.csv)" = 4 ] || fail "predictions.csv has $(wc -l <predictions.csv) lines"
    cat predictions.csv
    quietly plstm-mol explain -i new.csv --model-paths run -o parts.csv --svg-dir pictures
    ls pictures/*.svg >/dev/null
    quietly plstm-mol quickstart -o quickstart --epochs 1

    # Graphs: chains, whose target is their length.
    awk 'BEGIN {
      for (i = 0; i < 60; ++i) {
        n = 2 + i % 9
        nodes = "{\"id\":0}"
        links = ""
        for (j = 1; j < n; ++j) {
          nodes = nodes ",{\"id\":" j "}"
          links = links (j > 1 ? "," : "") "{\"source\":" j - 1 ",\"target\":" j "}"
        }
        print "{\"directed\":true,\"graph\":{\"length\":" n "},\"nodes\":[" nodes "],\"links\":[" links "]}"
      }
    }' >chains.jsonl
    quietly plstm-dag train -i chains.jsonl -o chains --target-columns length --epochs 3 --quiet
    quietly plstm-dag predict -i chains.jsonl --model-paths chains -o lengths.csv
    [ "$(wc -l <lengths.csv)" = 61 ] || fail "lengths.csv has $(wc -l <lengths.csv) lines"

    # Manual and completion.
    pages=$(ls "$prefix"/share/man/man1/plstm*.1.gz | wc -l)
    if command -v man >/dev/null; then
      man plstm-mol train | grep -e --target-columns >/dev/null || fail "man plstm-mol train"
    else
      zcat "$prefix/share/man/man1/plstm-mol-train.1.gz" | grep target >/dev/null || fail "the manual page"
    fi
    offered=$(bash -c "source $prefix/share/bash-completion/completions/plstm-mol
      COMP_WORDS=(plstm-mol train --split s); COMP_CWORD=3; _plstm_mol; echo \${COMPREPLY[@]}")
    [ "$offered" = scaffold ] || fail "completion offers '$offered'"
    echo "== programs: trained, predicted, explained; $pages manual pages; completion offers '$offered'"
    ;;
  consumer)
    cp -r /smoke/consumer source
    quietly cmake -S source -B build
    quietly cmake --build build
    ./build/heights
    echo "== an outside project was built against plstm $(dpkg-query -W -f '${Version}' libplstm-dev)"
    ;;
esac
