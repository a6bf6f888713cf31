/** Connections of a host, as its kernel knows them. */
import { quote } from './quote.ts';

/**
 * Waits, 30 s at most, until no established connection of this host leads to any address of a name and a port. Needs no tool but those that every
 * host has: it reads /proc/net/tcp. Fact `no-connections`.
 */
export function noConnectionsTo(name: string, port: string): string {
  return `name=${quote(name)} port=${quote(port)}
addresses=$(getent ahosts "$name" | awk '{ print $1 }' | sort -u)
[ -n "$addresses" ] || { echo "$name has no address" >&2; exit 1; }
in_hex() { awk -v port="$port" '{
  count = split($0, parts, ".")
  if (count == 4) printf "%02X%02X%02X%02X:%04X\\n0000000000000000FFFF0000%02X%02X%02X%02X:%04X\\n", parts[4], parts[3], parts[2], parts[1], port, parts[4], parts[3], parts[2], parts[1], port
}'; }
wanted=$(printf '%s\\n' "$addresses" | in_hex)
[ -n "$wanted" ] || { fact note "connections to $name could not be looked for: it has IPv6 addresses alone"; exit 0; }
left() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "01" { print $3 }' | grep -cxF "$wanted" || :; }
tries=0
while [ "$(left)" -gt 0 ] && [ "$tries" -lt 60 ]; do sleep 0.5; tries=$((tries + 1)); done
[ "$(left)" = 0 ] || { echo "$(left) connections to $name are left" >&2; exit 1; }
fact no-connections "$name"
`;
}
