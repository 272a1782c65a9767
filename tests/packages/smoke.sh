#!/bin/bash
# Tries packages on a system that has nothing of them: a bare one, which debootstrap makes in a temporary folder.
#
#   tests/packages/smoke.sh debian build/package/packages            installs plstm and libplstm-dev on Debian 12
#   tests/packages/smoke.sh archive build/package/packages [suite]   unpacks the archive on Debian's suite (trixie)
#
# It needs root, debootstrap and a mirror of Debian; where these are missing it says so and succeeds. 5 minutes. A bare
# system that debootstrap has made before is copied where PLSTM_SMOKE_ROOT names it.
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
if [ -n "${PLSTM_SMOKE_ROOT-}" ]; then
  cp -a --one-file-system "$PLSTM_SMOKE_ROOT/." "$root"
elif ! debootstrap --variant=minbase "$suite" "$root" >"$root/log" 2>&1; then
  tail -3 "$root/log"
  echo "skipped: debootstrap cannot make a bare $suite"
  exit 0
fi
chmod 755 "$root"
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir "$root/smoke"
cp -r "$tests/inside.sh" "$tests/../rules/consumer" "$root/smoke"
echo "== bare $suite: glibc $(chroot "$root" dpkg-query -W -f '${Version}' libc6), $(du -sm --one-file-system "$root" | cut -f 1) MB"

in_root() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
# What apt says is shown where it fails.
apt() {
  in_root apt-get -q -y "$@" >"$root/log" 2>&1 || { tail -20 "$root/log"; echo "failed: apt-get $*"; exit 1; }
}
if [ "$what" = debian ]; then
  cp "$packages"/plstm_*.deb "$root/smoke/plstm.deb"
  cp "$packages"/libplstm-dev_*.deb "$root/smoke/libplstm-dev.deb"
  apt update
  apt install --no-install-recommends /smoke/plstm.deb man-db
  echo "== plstm installed: $(in_root dpkg-query -W -f '${Status}, ${Installed-Size} kB' plstm), $(du -sm --one-file-system "$root" | cut -f 1) MB in all"
  in_root sh /smoke/inside.sh programs /usr
  apt install --no-install-recommends /smoke/libplstm-dev.deb g++ cmake make
  echo "== libplstm-dev installed: $(in_root dpkg-query -W -f '${Status}, ${Installed-Size} kB' libplstm-dev)"
  in_root sh /smoke/inside.sh consumer /usr
  apt remove plstm libplstm-dev
  left=$(in_root find / -xdev -iname '*plstm*' -not -path '/smoke/*' -not -path '/proc/*' -not -path '/var/cache/*')
  [ -z "$left" ] || { echo "left after removal: $left"; exit 1; }
else
  mkdir "$root/opt/elsewhere"
  tar -xzf "$packages"/plstm-*.tar.gz -C "$root/opt/elsewhere" --strip-components 1
  in_root sh /smoke/inside.sh programs /opt/elsewhere
fi
echo "== passed: $what on $suite ($SECONDS s)"
