#!/usr/bin/env bash
# Fetches public data sets named in datasets/manifest.json from where their authors publish them.
#
#   datasets/download.sh [--to DIR] [--dry-run] NAME...     fetch into DIR (default: the working directory)
#   datasets/download.sh --list                             names, kinds, sizes and titles
#
# --dry-run says what would be fetched. --manifest FILE reads another list of the same layout. Files are kept as
# published, except that archives are unpacked; ENAS is also written in TU format (enas_to_tu.sh). Checksums are
# compared where the manifest has one. Needs curl, sha256sum, awk, and unzip or gzip for archives.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
manifest=$here/manifest.json
to=.
dry_run=false
list=false
names=()

fail() {
  echo "download.sh: $1" >&2
  exit 1
}

need() {
  command -v "$1" > /dev/null || fail "needs $1, which is not installed"
}

usage() {
  sed -n '2,9{s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
}

# field NAME KEY: a value of a set, empty for null. The manifest has one on each line.
field() {
  awk -v name="$1" -v key="$2" '
    /^      "[a-z_]+": / {
      found = substr($1, 2, length($1) - 3)
      value = substr($0, index($0, ": ") + 2)
      sub(/,$/, "", value)
      if (value == "null") value = ""
      gsub(/^"|"$/, "", value)
      if (found == "name") set = value
      if (set == name && found == key) { print value; exit }
    }' "$manifest"
}

# files NAME: of each file with a checksum: what the checksum is of, the checksum, the name.
files() {
  awk -v name="$1" '
    /^      "name": / { set = $2; gsub(/[",]/, "", set) }
    set == name && /^        \{"name": .*"sha256": / {
      gsub(/[{}",]/, "")
      print $8, $6, $2
    }' "$manifest"
}

all_names() {
  awk '/^      "name": / { gsub(/[",]/, "", $2); print $2 }' "$manifest"
}

list() {
  local name
  for name in $(all_names); do
    printf '%-9s %-10s %6s  %s\n' "$name" "$(field "$name" kind)" "$(field "$name" rows)" "$(field "$name" title)"
  done
}

# check NAME KIND: compares the files whose checksum is of that kind; a mirror may differ.
check() {
  local of sum file
  while read -r of sum file; do
    [[ $of == "$2" ]] || continue
    [[ -e $to/$file ]] || fail "$1: what was fetched has no $file; is $(field "$1" url) still this set?"
    if [[ $(sha256sum < "$to/$file") == "$sum "* ]]; then
      echo "$1: $file has the expected checksum"
    elif [[ $2 == mirror ]]; then
      echo "$1: note: $file differs from the copy that plstm was tested with" >&2
    else
      rm -f "$to/$file"
      fail "$1: $file has another checksum than the manifest says (expected $sum); it was removed"
    fi
  done < <(files "$1")
}

fetch() {
  local name=$1 url target archive
  url=$(field "$name" url)
  [[ -n $url ]] || fail "$name: has no download that plstm can read. $(field "$name" note)"
  archive=$to/${url##*/}
  [[ $name == ENAS ]] && archive=$to/ENAS/${url##*/}
  target=$to/$(field "$name" read)
  if $dry_run; then
    echo "$name: would fetch $url and leave $target"
    return
  fi
  need curl
  need sha256sum
  mkdir -p "$(dirname "$archive")"
  echo "$name: fetching $url"
  curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 --output "$archive.partial" "$url" || {
    rm -f "$archive.partial"
    fail "$name: $url cannot be fetched; check the network, or put the files at $target by hand"
  }
  mv "$archive.partial" "$archive"
  case $archive in
    *.zip)
      need unzip
      unzip -oq "$archive" -d "$to" || fail "$name: $archive is no zip archive"
      rm "$archive"
      ;;
    *.gz) gzip -df "$archive" || fail "$name: $archive is not compressed by gzip" ;;
  esac
  check "$name" url
  check "$name" mirror
  if [[ $name == ENAS ]]; then
    echo "$name: writing the graphs in TU format"
    "$here/enas_to_tu.sh" "$archive" "$to/ENAS"
    check "$name" converted
  fi
  [[ -e $target ]] || fail "$name: what was fetched has no $(field "$name" read)"
  echo "$name: is at $target"
  echo "$name: licence: $(field "$name" licence)"
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --to | --manifest)
      [[ $# -ge 2 ]] || fail "$1 needs a value"
      if [[ $1 == --to ]]; then to=$2; else manifest=$2; fi
      shift
      ;;
    --dry-run) dry_run=true ;;
    --list) list=true ;;
    --help | -h) usage; exit 0 ;;
    -*) fail "unknown flag $1; see --help" ;;
    *) names+=("$1") ;;
  esac
  shift
done
[[ -r $manifest ]] || fail "$manifest cannot be read"
if [[ $list == true ]]; then
  list
  exit 0
fi
[[ ${#names[@]} -gt 0 ]] || fail "no data set named; --list shows them"
for name in "${names[@]}"; do
  all_names | grep -xF -- "$name" > /dev/null || fail "there is no data set '$name'; --list shows them"
done
for name in "${names[@]}"; do fetch "$name"; done
