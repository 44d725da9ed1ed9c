# puente-peer: what Puente does as the administrator of a WireGuard server, and nothing else.
#   state IF                                   what there is, without its secrets
#   add IF SHA256 NAME KEY ADDRESS             adds a peer; a preshared key, if any, comes on the input
#   cut IF SHA256 FROM TO KEY                  takes out a peer: those bytes of the file, which are its own
#   swap IF SHA256 FROM TO KEY NAME NEW ADDRESS    both at once, for fresh keys
#   sync IF SHA256                             has WireGuard know what the file says
#   drop IF SHA256 KEY                         cuts a peer off that only WireGuard knows
# Changes are made under a lock, to a file that is still the one whose SHA-256 is given, in one step, and
# are undone byte for byte when WireGuard does not take them. The last line says how it went.
set -eu
umask 077
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
folder=/etc/wireguard
new=; bare=; said=

finish() { rm -f ${new:+"$new" "$file.puente.bak"} ${bare:+"$bare"} ${said:+"$said"}; }
trap finish EXIT
trap 'exit 1' HUP INT TERM
fail() { echo "fail $1"; exit 1; }
fits() { printf '%s' "$1" | grep -Eqx -- "$2" || fail "bad $3"; }
tell() { printf '%s ' "$1"; base64 | tr -d '\n'; echo; }

interface=${2:-}
fits "$interface" '[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}' interface
file=$folder/$interface.conf
key='[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]='

# Keys keep their length, so that places in the file stay what they are.
masked() {
  awk '{ if (match(tolower($0), /^[ \t]*(privatekey|presharedkey)[ \t]*=[ \t]*/)) {
      n = length($0) - RLENGTH; s = substr($0, 1, RLENGTH); while (n-- > 0) s = s "x"; print s
    } else print }' "$file"
}

# Whether a program other than wg-quick makes the interface, from files of its own (netplan writes to /run).
# What NetworkManager notes down about an interface that others made is no such file.
owner() {
  here="[[:space:]]*=[[:space:]]*$interface[[:space:]]*"
  if grep -qsxE "[[:space:]]*Name$here" /etc/systemd/network/*.netdev /run/systemd/network/*.netdev /usr/lib/systemd/network/*.netdev; then
    echo systemd-networkd; return
  fi
  for connection in /etc/NetworkManager/system-connections/* /run/NetworkManager/system-connections/*; do
    if grep -qsxE "interface-name$here" "$connection" && ! grep -qsx 'nm-generated=true' "$connection"; then
      echo NetworkManager; return
    fi
  done
  for engine in docker podman; do
    if command -v "$engine" >/dev/null 2>&1 && "$engine" ps --format '{{.Image}} {{.Names}}' 2>/dev/null | grep -q wg-easy; then
      echo wg-easy; return
    fi
  done
}

state() {
  uname -s | tell system
  date +%s | tell time
  (. /etc/os-release 2>/dev/null && printf '%s' "${ID:-}") | tell distribution
  if command -v wg >/dev/null && command -v wg-quick >/dev/null; then echo yes | tell tools; fi
  { wg show interfaces 2>/dev/null || true; } | tell interfaces
  owner | tell owner
  cat /proc/sys/net/ipv4/ip_forward 2>/dev/null | tell forward
  if [ -f "$file" ]; then
    sha256sum <"$file" | cut -d' ' -f1 | tell sha
    masked | tell file
  fi
  if wg show "$interface" dump >/dev/null 2>&1; then
    wg show "$interface" dump | awk -F'\t' -v OFS='\t' 'NR == 1 { $1 = "(hidden)" } NR > 1 { $2 = "(hidden)" } { print }' | tell dump
  fi
  echo ok
}

lock() {
  exec 9>"$folder/.puente.lock"
  flock -w 20 9 || fail busy
  [ -f "$file" ] || fail missing
  # A file that is kept elsewhere is changed there.
  file=$(readlink -f "$file"); place=$(dirname "$file")
  # What a run that was killed left here holds secrets.
  rm -f "$place"/.puente.?????? "$file.puente.bak"
  seen=$1; same
  new=$(mktemp "$place/.puente.XXXXXX"); bare=$(mktemp "$place/.puente.XXXXXX"); said=$(mktemp "$place/.puente.XXXXXX")
}

same() { [ "$(sha256sum <"$file" | cut -d' ' -f1)" = "$seen" ] || fail changed; }

# Without the bytes FROM to TO, which must be the peer's own.
without() {
  fits "$1" '[0-9]{1,9}' from; fits "$2" '[0-9]{1,9}' to
  tail -c "+$(($1 + 1))" "$file" | head -c "$(($2 - $1))" >"$bare"
  [ "$(grep -aci '\[peer\]' "$bare")" = 1 ] && grep -aqF "$3" "$bare" || fail changed
  ! grep -aqi '\[interface\]' "$bare" || fail changed
  head -c "$1" "$file" >"$new"
  tail -c "+$(($2 + 1))" "$file" >>"$new"
}

block() {
  fits "$1" '[A-Za-z0-9._][A-Za-z0-9._-]{0,39}' name
  fits "$2" "$key" key
  fits "$3" '([0-9]{1,3}\.){3}[0-9]{1,3}' address
  shared=$(head -c 64 | tr -d '\r\n')
  [ -z "$shared" ] || fits "$shared" "$key" shared
  if [ -s "$new" ] && [ -n "$(tail -c 1 "$new")" ]; then echo >>"$new"; fi
  printf '\n[Peer]\n# puente: %s\nPublicKey = %s\nAllowedIPs = %s/32\n' "$1" "$2" "$3" >>"$new"
  [ -z "$shared" ] || printf 'PresharedKey = %s\n' "$shared" >>"$new"
}

# Live sessions of the others go on; peers that only the interface knows would be lost, so then nothing is done.
apply() {
  wg-quick strip "$interface" >"$bare" 2>"$said" && wg syncconf "$interface" "$bare" 2>"$said"
}

commit() {
  wg show "$interface" peers >"$bare" 2>/dev/null || fail down
  while read -r peer; do grep -aqF "$peer" "$file" || fail unsaved; done <"$bare"
  chmod --reference="$file" "$new"
  chown --reference="$file" "$new"
  # Whoever hangs up from here on, WireGuard takes the file or it is as before.
  trap '' HUP INT TERM PIPE
  cp -p "$file" "$file.puente.bak"
  sync "$new" 2>/dev/null || sync
  # Whoever edits the file by hand knows of no lock.
  same
  mv -f "$new" "$file"; new=
  if ! apply; then
    reason=$(tr '\n' ' ' <"$said" | sed "s/[A-Za-z0-9+/]\{43\}=/(key)/g" | base64 | tr -d '\n')
    mv -f "$file.puente.bak" "$file"
    apply || true
    fail "refused $reason"
  fi
  # It holds the shared secrets of peers that were cut since.
  rm -f "$file.puente.bak"
  echo ok
}

case ${1:-} in
  state) state ;;
  add) lock "$3"; cat "$file" >"$new"; block "$4" "$5" "$6"; commit ;;
  cut) lock "$3"; fits "$6" "$key" key; without "$4" "$5" "$6"; commit ;;
  sync) lock "$3"; cat "$file" >"$new"; commit ;;
  drop) lock "$3"; fits "$4" "$key" key; wg set "$interface" peer "$4" remove; echo ok ;;
  swap) lock "$3"; fits "$6" "$key" key; without "$4" "$5" "$6"; block "$7" "$8" "$9"; commit ;;
  *) fail verb ;;
esac
