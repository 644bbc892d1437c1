#!/bin/sh
# Install, as root, the Debian packages that the tests talk to (deploy/test-packages.txt).
#
# Does nothing when all of them are there. None of their daemons is started: the tests start
# their own, on free ports, and end them.
set -eu
cd "$(dirname "$0")/.."
list=deploy/test-packages.txt
policy=/usr/sbin/policy-rc.d
aside=$policy.before-cadastre

stop() { printf '%s\n' "$*" >&2; exit 1; }

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

forbid_daemons() {
    trap allow_daemons EXIT
    trap 'exit 130' INT TERM
    if [ -e "$policy" ]; then mv "$policy" "$aside"; fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
}

allow_daemons() {
    rm -f "$policy"
    if [ -e "$aside" ]; then mv "$aside" "$policy"; fi
}

command -v dpkg-query >/dev/null ||
    stop "The tests need the Debian packages listed in $list, and this is not a Debian system."

missing=""
for package in $(sed 's/#.*//' "$list"); do
    is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] || stop "The tests need Debian packages that are missing:$missing; run 'make system' as root."

printf '==> installing%s\n' "$missing"
export DEBIAN_FRONTEND=noninteractive
forbid_daemons
apt-get -o DPkg::Lock::Timeout=400 -q update
# shellcheck disable=SC2086  # a list of packages
apt-get -o DPkg::Lock::Timeout=400 -q install -y --no-install-recommends $missing
