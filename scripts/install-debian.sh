#!/bin/sh
# Puts packages of Debian into a folder, without what they depend on, and leaves the system alone: programs that tests need.
#
#   scripts/install-debian.sh FOLDER SUITE PACKAGE...
#
# SUITE is a release of Debian, or `-` for this machine's own, whose libraries the programs then use.
#
# Stock age, 1.3 or later, which reads post-quantum files; Debian stable still has an older one, unstable a new one:
#   scripts/install-debian.sh .cache/age sid age
#   PATH=$PWD/.cache/age/usr/bin:$PATH node --test packages/vault/src/ageCli.test.ts
# SoftHSM, a smartcard in software, and OpenSC's pkcs11-tool:
#   scripts/install-debian.sh .cache/softhsm - softhsm2 libsofthsm2 opensc opensc-pkcs11
#   HRE_SOFTHSM=$PWD/.cache/softhsm node --test packages/exchange/test/card/card.test.ts
# nginx and Caddy, to try the files of deploy/:
#   scripts/install-debian.sh .cache/proxies - nginx caddy
#   HRE_PROXIES=$PWD/.cache/proxies node --test packages/exchange/test/proxies/proxies.test.ts
set -eu

if [ $# -lt 3 ]; then
  echo "usage: install-debian.sh FOLDER SUITE PACKAGE..." >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
suite=$2
shift 2
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -e "$keyring" ]; then
  echo "install-debian.sh: error: $keyring is missing" >&2
  echo "hint: apt-get install debian-archive-keyring" >&2
  exit 1
fi
if [ "$suite" = - ]; then
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
fi

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
(cd "$apt" && isolated_apt download "$@" >&2)
for package in "$apt"/*.deb; do dpkg -x "$package" "$folder"; done
