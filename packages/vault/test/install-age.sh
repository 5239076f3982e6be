#!/bin/sh
# Puts the stock age (1.3 or later) into a folder and leaves the system alone. Older ones cannot read post-quantum files,
# and Debian stable still has one of those; unstable has a new one.
#
#   packages/vault/test/install-age.sh /tmp/age
#   PATH=/tmp/age/usr/bin:$PATH npm test
set -eu

if [ $# -ne 1 ]; then
  echo "usage: install-age.sh FOLDER" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -e "$keyring" ]; then
  echo "install-age.sh: error: $keyring is missing" >&2
  echo "hint: apt-get install debian-archive-keyring" >&2
  exit 1
fi

# The mirror this machine uses already, if it is one of Debian's whole archive.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  grep -E '/debian/?$' | head -n 1 || true)
mirror=${mirror:-http://deb.debian.org/debian}

apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/none"
echo "deb [signed-by=$keyring] $mirror sid main" > "$apt/sources.list"
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
(cd "$apt" && isolated_apt download age >&2)
dpkg -x "$apt"/age_*.deb "$folder"
"$folder/usr/bin/age" --version
