# puente-look: what Puente asks a Linux server before it proposes to set up WireGuard there. Reads, and
# changes nothing. The last line is ok.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
interface=$1
tell() { printf '%s ' "$1"; base64 | tr -d '\n'; echo; }
has() { command -v "$1" >/dev/null 2>&1; }

uname -s | tell system
date +%s | tell time
(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-} ${ID_LIKE:-}") | tell distribution
(. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME:-}") | tell release
for program in wg wg-quick wireguard-go apt-get dnf zypper pacman systemctl ufw firewall-cmd nft iptables; do
  if has "$program"; then echo "$program"; fi
done | tell programs
if [ -d /run/systemd/system ]; then echo yes | tell systemd; fi
if [ -d /sys/module/wireguard ] || modprobe -n -q wireguard 2>/dev/null; then echo yes | tell kernel; fi
if [ -e "/etc/wireguard/$interface.conf" ]; then echo yes | tell file; fi
{ wg show interfaces 2>/dev/null || true; } | tell interfaces
cat /proc/sys/net/ipv4/ip_forward 2>/dev/null | tell forward
# Local UDP ports, in the kernel's hexadecimal.
awk 'FNR > 1 { sub(/.*:/, "", $2); print $2 }' /proc/net/udp /proc/net/udp6 2>/dev/null | sort -u | tell udp
ip -o -4 addr show 2>/dev/null | awk '{ print $2, $4 }' | tell addresses
ip -o -4 route show 2>/dev/null | awk '{ print $1 }' | tell routes
if has ufw && ufw status 2>/dev/null | grep -q 'Status: active'; then echo yes | tell ufw; fi
if has firewall-cmd && firewall-cmd --state >/dev/null 2>&1; then echo yes | tell firewalld; fi
echo ok
