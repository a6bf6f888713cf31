/** Servers, and the load balancer itself, asked from the load balancer: for hosts whose sshd forwards no connections. Read only. */
import { quote, words } from '../quote.ts';
import { askedAt, type HostQuestion } from './decision.ts';
import { httpFunctions } from './http.ts';

export type AskedOnHost = Pick<HostQuestion, 'scheme' | 'address' | 'hostHeader' | 'path'> & {
  readonly timeoutSeconds: number;
  /** The header that says which release it is. */
  readonly versionHeader?: string;
};

/** Bytes of a body that are told. */
const bodyBytes = 16 * 1024;

const inFolder = `folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
`;

/** Facts: `asked-status` (000: no answer, `asked-why`), `asked-milliseconds`, `asked-version`, `asked-body` (its first 16 KiB, base64). */
export function askedFromBalancer({ scheme, address, hostHeader, path, timeoutSeconds, versionHeader = '' }: AskedOnHost): string {
  return `${inFolder}${httpFunctions}
hundredths() { read -r up idle </proc/uptime; printf '%s' "$up" | tr -d .; }
began=$(hundredths)
http_ask "$folder" ${words(scheme, askedAt(address), hostHeader, path, String(timeoutSeconds))}
fact asked-milliseconds "$((($(hundredths) - began) * 10))"
fact asked-status "$http_status"
if [ -n "$http_why" ]; then fact asked-why "$http_why"; fi
${versionHeader === '' ? '' : `fact asked-version "$(http_header "$folder" ${quote(versionHeader)})"\n`}fact asked-body "$(head -c ${bodyBytes} "$folder/body" | base64 | tr -d '\\n')"
`;
}

/**
 * So many requests, each on a fresh connection. Facts: `through` per kind of answer, `COUNT STATUS VERSION`; the status is 000 where none came.
 * With curl they are one process and some thousand a second; else a process each.
 */
export function askedThroughBalancer({ scheme, address, hostHeader, path, timeoutSeconds, versionHeader = '' }: AskedOnHost, requests: number): string {
  const at = askedAt(address);
  const asked = words(scheme, at, hostHeader, path, String(timeoutSeconds));
  const place = at.startsWith('unix:') ? words('--unix-socket', at.slice(5)) : words('--connect-to', `::${at}`);
  return `${inFolder}${httpFunctions}
requests=${requests} version_header=${quote(versionHeader)}
if [ "$http_client" = curl ]; then
  awk -v count="$requests" -v url=${quote(curlText(`${scheme}://${hostHeader}${path}`))} 'BEGIN { for (i = 0; i < count; i++) printf "url = \\"%s\\"\\noutput = \\"/dev/null\\"\\n", url }' >"$folder/urls"
  curl -q -s --http1.1 --noproxy '*' --globoff --path-as-is --insecure --max-time ${timeoutSeconds} --user-agent rollback-action -H 'Connection: close' \\
    ${place} -D - -w '\\nanswered %{http_code}\\n' -K "$folder/urls" >"$folder/answers" 2>/dev/null || :
  awk -v name="$version_header" 'BEGIN { name = tolower(name) ":" } { sub(/\\r$/, "") }
    name != ":" && tolower(substr($0, 1, length(name))) == name { version = substr($0, length(name) + 1); gsub(/^[ \\t]+|[ \\t]+$/, "", version) }
    /^answered [0-9]+$/ { print $2, version; version = "" }' "$folder/answers" >"$folder/lines"
else
  turn=0
  while [ "$turn" -lt "$requests" ]; do
    http_ask "$folder" ${asked}
    printf '%s %s\\n' "$http_status" "$(if [ -n "$version_header" ]; then http_header "$folder" "$version_header"; fi)"
    turn=$((turn + 1))
  done >"$folder/lines"
fi
sort "$folder/lines" | uniq -c | sort -rn | head -n 50 | sed 's/^ *//; s/ *$//' | facts through
`;
}

/** A text within quotes of curl's configuration, through `awk -v`, which reads escapes as well. */
function curlText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\\', '\\\\');
}

/**
 * Facts: `connections` (`ESTABLISHED TIME-WAIT`, counts) of this host to a server of a block, as its kernel knows them; or `connections-unknown`, why not. No
 * proof by itself that no request goes there: most servers close first, and then nothing of a request is left here.
 */
export function connectionsTo(address: string): string {
  const at = askedAt(address);
  if (at.startsWith('unix:')) return `fact connections-unknown 'the kernel does not tell who is at the other end of a unix socket'\n`;
  const port = at.slice(at.lastIndexOf(':') + 1);
  const name = at.slice(0, at.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
  return `name=${quote(name)} port=${quote(port)}
wanted=$(getent ahosts "$name" | awk '{ print $1 }' | sort -u | awk -v port="$port" '
  function word(hex) { return substr(hex, 7, 2) substr(hex, 5, 2) substr(hex, 3, 2) substr(hex, 1, 2) }
  function pad(group) { group = toupper(group); while (length(group) < 4) group = "0" group; return group }
  { hex = ""
    if (index($0, ":") == 0) {
      split($0, part, "."); hex = sprintf("%02X%02X%02X%02X", part[4], part[3], part[2], part[1])
      printf "%s:%04X\\n0000000000000000FFFF0000%s:%04X\\n", hex, port, hex, port; next
    }
    halves = split($0, half, "::"); left = split(half[1], one, ":"); right = halves > 1 ? split(half[2], two, ":") : 0
    for (i = 1; i <= left; i++) hex = hex pad(one[i])
    for (i = left + right; i < 8; i++) hex = hex "0000"
    for (i = 1; i <= right; i++) hex = hex pad(two[i])
    printf "%s%s%s%s:%04X\\n", word(substr(hex, 1, 8)), word(substr(hex, 9, 8)), word(substr(hex, 17, 8)), word(substr(hex, 25, 8)), port
  }')
if [ -z "$wanted" ]; then fact connections-unknown "$name has no address"; else
  in_state() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v states="$1" 'index(states, $4) { print $3 }' | grep -cxF "$wanted" || :; }
  fact connections "$(in_state '01 02') $(in_state 06)"
fi
`;
}
