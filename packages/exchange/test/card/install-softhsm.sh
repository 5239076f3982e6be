#!/bin/sh
# Puts SoftHSM, which is a smartcard in software, and OpenSC's pkcs11-tool into a folder and leaves the system alone.
#
#   packages/exchange/test/card/install-softhsm.sh /tmp/softhsm
#   HRE_SOFTHSM=/tmp/softhsm node --test packages/exchange/test/card/card.test.ts
set -eu

if [ $# -ne 1 ]; then
  echo "usage: install-softhsm.sh FOLDER" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -e "$keyring" ]; then
  echo "install-softhsm.sh: error: $keyring is missing" >&2
  echo "hint: apt-get install debian-archive-keyring" >&2
  exit 1
fi
# Of this machine's own release: the programs use its libraries.
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")

# The mirror this machine uses already, if it is one of Debian's whole archive.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  grep -E '/debian/?$' | head -n 1 || true)
mirror=${mirror:-http://deb.debian.org/debian}

apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/none"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$apt/sources.list"
: > "$apt/status"
isolated_apt() {
  apt-get -q \
    -o Dir::Etc::SourceList="$apt/sources.list" \
    -o Dir::Etc::SourceParts="$apt/none" \
    -o Dir::Etc::PreferencesParts="$apt/none" \
    -o Dir::State::Lists="$apt/lists" \
    -o Dir::State::Status="$apt/status" \
    -o Dir::Cache="$apt/cache" \
    -o Acquire::Languages=none \
    -o APT::Sandbox::User="$(id -un)" \
    "$@"
}

isolated_apt update >&2
(cd "$apt" && isolated_apt download softhsm2 libsofthsm2 opensc opensc-pkcs11 >&2)
for package in "$apt"/*.deb; do dpkg -x "$package" "$folder"; done
"$folder/usr/bin/softhsm2-util" --version
