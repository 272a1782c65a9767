#!/bin/bash
# Tries packages on a system that has nothing of them: a bare one, which debootstrap makes in a temporary folder.
#
#   tests/packages/smoke.sh debian build/package/packages            installs plstm and libplstm-dev on Debian 12
#   tests/packages/smoke.sh archive build/package/packages [suite]   unpacks the archive on Debian's suite (trixie)
#
# It needs root, debootstrap and a mirror of Debian; where these are missing it says so and succeeds. 10 minutes.
set -euo pipefail

usage() {
  sed -n '4,5s/^# *//p' "$0" >&2
  exit 2
}
[ $# -ge 2 ] && [ -d "$2" ] || usage
what=$1
packages=$(cd "$2" && pwd)
case $what in
  debian) suite=bookworm ;;
  archive) suite=${3:-trixie} ;;
  *) usage ;;
esac
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
  echo "skipped: needs root and debootstrap"
  exit 0
fi
# What is mounted below goes with the process.
[ -n "${PLSTM_SMOKE_ALONE-}" ] || exec env PLSTM_SMOKE_ALONE=1 unshare --mount "$0" "$@"

tests=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d /var/tmp/plstm-smoke.XXXXXX)
trap 'umount "$root/proc" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
if ! debootstrap --variant=minbase "$suite" "$root" >"$root.log" 2>&1; then
  tail -3 "$root.log"
  rm -f "$root.log"
  echo "skipped: debootstrap cannot make a bare $suite"
  exit 0
fi
rm -f "$root.log"
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir "$root/smoke"
cp -r "$tests/inside.sh" "$tests/../rules/consumer" "$root/smoke"
echo "== bare $suite: glibc $(chroot "$root" dpkg-query -W -f '${Version}' libc6), $(du -sm --one-file-system "$root" | cut -f 1) MB"

in_root() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
if [ "$what" = debian ]; then
  cp "$packages"/*.deb "$root/smoke"
  in_root apt-get update -q >/dev/null
  # As a person would: with what apt recommends, except where that is a whole RDKit to build against.
  in_root apt-get install -q -y --no-install-recommends /smoke/plstm_*.deb man-db >/dev/null
  echo "== plstm installed: $(in_root dpkg-query -W -f '${Status}, ${Installed-Size} kB' plstm), $(du -sm --one-file-system "$root" | cut -f 1) MB in all"
  in_root sh /smoke/inside.sh programs /usr
  in_root apt-get install -q -y --no-install-recommends /smoke/libplstm-dev_*.deb g++ cmake make >/dev/null
  echo "== libplstm-dev installed: $(in_root dpkg-query -W -f '${Status}, ${Installed-Size} kB' libplstm-dev)"
  in_root sh /smoke/inside.sh consumer /usr
  in_root apt-get remove -q -y plstm libplstm-dev >/dev/null
  left=$(in_root find / -xdev -iname '*plstm*' -not -path '/smoke/*' -not -path '/proc/*' -not -path '/var/cache/*')
  [ -z "$left" ] || { echo "left after removal: $left"; exit 1; }
else
  mkdir "$root/opt/elsewhere"
  tar -xzf "$packages"/plstm-*.tar.gz -C "$root/opt/elsewhere" --strip-components 1
  in_root sh /smoke/inside.sh programs /opt/elsewhere
fi
echo "== passed: $what on $suite ($SECONDS s)"
