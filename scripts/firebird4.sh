#!/usr/bin/env bash
# Unpacks Firebird 4 from the packages of Debian 13 into the user's cache, for the tests that run on
# both versions. Nothing is installed and no root is needed: it runs under the C library unpacked
# with it. The tests find it there, or in the folder that PUENTE_FIREBIRD4 names.
set -euo pipefail

suite=trixie
packages=(firebird4.0-server firebird4.0-server-core firebird4.0-common firebird4.0-utils libfbclient2
  libtommath1 libtomcrypt1 libre2-11 libabsl20240722 libicu76 libedit2 libbsd0 libmd0 libtinfo6
  libstdc++6 libgcc-s1 libc6 zlib1g libgmp10 libncurses6)

folder=${PUENTE_FIREBIRD4:-${XDG_CACHE_HOME:-$HOME/.cache}/puente/firebird4}
[ ! -e "$folder/unpacked" ] || exit 0

keys=/usr/share/keyrings/debian-archive-keyring.gpg
# The mirror of this machine, whichever it is: the one that it has Debian's own packages from.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "Debian" && $3 == "main" && $1 !~ /security/ { print $1; exit }')
if [ ! -r "$keys" ] || [ -z "$mirror" ]; then
  echo "    Firebird 4: this is not Debian, or its package lists are not here" >&2
  exit 1
fi
echo "    Firebird 4: unpacked from the packages of Debian 13 into $folder"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,debs,root,none}
: > "$work/status"
echo "deb [signed-by=$keys] $mirror $suite main" > "$work/sources.list"
cat > "$work/apt.conf" <<CONF
Dir::State "$work";
Dir::State::Lists "$work/lists";
Dir::State::Status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "$work/none";
Dir::Etc::Preferences "$work/none/preferences";
Dir::Etc::PreferencesParts "$work/none";
Acquire::Languages "none";
APT::Sandbox::User "";
CONF
export APT_CONFIG="$work/apt.conf"
# Hooks of the system's own apt complain here, harmlessly, when this is not root.
fetch() { apt-get update -qq && cd "$work/debs" && apt-get download -qq "${packages[@]}"; }
(fetch) 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
for package in "$work"/debs/*.deb; do dpkg -x "$package" "$work/root"; done
touch "$work/root/unpacked"

# All at once, so that a run that is cut off leaves no half of it.
mkdir -p "$(dirname "$folder")"
rm -rf "$folder.new"
cp -r "$work/root" "$folder.new"
rm -rf "$folder"
mv "$folder.new" "$folder"
