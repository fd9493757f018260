#!/usr/bin/env bash
# Installs the Debian packages that are missing:
#   install-packages.sh NAME...
# Says so and stops when that needs rights this user does not have.
set -euo pipefail
missing=()
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing: ${missing[*]}"
run=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || { echo "as root: apt-get install ${missing[*]}" >&2; exit 1; }
    run=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
# One list that cannot be fetched (a third party's) must not stop the others.
"${run[@]}" apt-get -qq update || true
"${run[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" > /dev/null
