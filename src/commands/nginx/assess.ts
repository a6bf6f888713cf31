/** What is asked of a load balancer before anything is touched. Read only. */
import { stateFolder } from '../../hosts/history.ts';
import { quote } from '../quote.ts';
import { claimFunctions } from './decision.ts';
import { httpFunctions } from './http.ts';
import { includeFunctions } from './includes.ts';
import { placeFunctions, type TrafficPlace } from './place.ts';
import { processFunctions } from './processes.ts';
import { rightsFacts } from './rights.ts';

const tools = ['awk', 'base64', 'cat', 'cp', 'cut', 'date', 'grep', 'gzip', 'ln', 'mv', 'readlink', 'setsid', 'sha256sum', 'sleep', 'stat', 'tail', 'tee', 'tr'];

/** Bytes of a fact that a host answers at most: an answer holds 1 MiB. */
const most = { file: 256 * 1024, configuration: 600 * 1024 } as const;

/**
 * Facts
 * - `user`, `time`; `missing-tool` each; `http-client`: what the host's own decision asks with, `none` where it could only turn back;
 *   `kills-user-processes`, where a decision would not outlive the connection
 * - `nginx-absent`      why the file cannot be had: `is not there`; nothing of the file is told then
 * - `nginx-path`        the file itself, behind links, as `nginx -T` may not name it; `nginx-link` where `file` is such a link
 * - `nginx-file`        its bytes (gzip, base64), `nginx-hash`, and `as-found` as `fileAsFound` tells it
 * - `nginx-unit`        its systemd unit; empty without systemd. `nginx-stopped`, how it is, where nginx does not run or its workers cannot be seen
 * - `nginx-master`      `pid command…`; `nginx-workers`, how many take connections
 * - `nginx-config`      the whole configuration as `nginx -T` prints it (gzip, base64), by `nginx-config-by` `nginx -T` or `reading`
 * - `nginx-invalid`     the lines with which `nginx -t` refuses it
 * - `nginx-way`, `no-right`, `nginx-read-only`: rights.ts
 * - `disk`              as assess/host.ts
 * - `release`           each run that has ended, as hosts/history.ts writes it
 * - `unfinished`        a run that did not come to its end here, and whose file still is the one that it found or left; with `recorded`, what it had found
 * - `decision`          what the host did by itself: `kept|turned-back|not-switched|failed TIME WHY…`; nobody was told yet
 * - `decision-pending`  until when, where the host has not decided yet
 */
export function askTraffic(place: TrafficPlace, { reloadUnit = 'nginx.service' }: { readonly reloadUnit?: string } = {}): string {
  return `${placeFunctions(place)}
fact user "$(id -un)"
fact time "$(date +%s)"
for tool in ${tools.join(' ')}; do command -v "$tool" >/dev/null 2>&1 || fact missing-tool "$tool"; done
if [ "$(id -u)" != 0 ] && command -v systemd-analyze >/dev/null 2>&1; then
  if systemd-analyze cat-config systemd/logind.conf 2>/dev/null | grep -qi '^KillUserProcesses=yes'; then fact kills-user-processes yes; fi
fi
${httpFunctions}fact http-client "$http_client"
if [ ! -d /run/systemd/system ]; then service=; else service=${quote(reloadUnit)}; fi
${processFunctions(reloadUnit)}unit=$service
fact nginx-unit "$unit"
find_master
if [ -z "$master" ]; then
  if [ -n "$unit" ]; then fact nginx-stopped "$unit is $(systemctl show --property=ActiveState,SubState --value -- "$unit" | tr '\\n' ' ')"; else fact nginx-stopped 'no master process was found'; fi
else
  fact nginx-master "$master $(tr '\\000' ' ' <"/proc/$master/cmdline" | cut -c 1-300)"
  running=$(count "$(workers)")
  fact nginx-workers "$running"
  if [ "$running" = 0 ]; then fact nginx-stopped "the master process $master has no workers that $(id -un) can see"; fi
fi
free() {
  nearest=$2
  while [ ! -d "$nearest" ]; do nearest=\${nearest%/*}; nearest=\${nearest:-/}; done
  fact disk "$1 $(df -Pk "$nearest" | awk 'NR == 2 { print $4 * 1024 }') $2"
}
free journal "$kept"
free configuration "\${file%/*}"
releases=${stateFolder(place.environment)}/releases
if [ -f "$releases" ]; then tail -n 200 "$releases" | facts release; fi
${fileFacts}${rightsFacts(place, reloadUnit)}${configurationFacts}`;
}

const fileFacts = `${claimFunctions}packed() { gzip -9 | base64 | tr -d '\\n'; }
absent=
if [ ! -e "$file" ]; then
  if [ -x "\${file%/*}" ]; then absent='is not there'; else absent="is not there, or $(id -un) may not look into its folder"; fi
elif [ ! -f "$file" ]; then absent='is no plain file'
elif [ -z "$(hash_now)" ]; then absent="may not be read by $(id -un)"
fi
if [ -n "$absent" ]; then fact nginx-absent "$absent"; exit 0; fi
hash=$(hash_now) bytes=$(read_config | packed)
if [ "\${#bytes}" -gt ${most.file} ]; then fact nginx-absent 'is too large to be a configuration'; exit 0; fi
fact nginx-path "$file"
fact nginx-file "$bytes"
fact nginx-hash "$hash"
fact as-found "$file $hash $(attributes_now)"
if [ -d "$kept" ]; then
  claimed=none
  if [ -d "$kept/arm" ]; then claimed=$(claimed); fi
  case $claimed in
    '') if decider_lives; then fact decision-pending "$(date -u -d "@$(cat "$kept/arm/deadline")" +%Y-%m-%dT%H:%M:%SZ)"; fi ;;
    deciding) if decider_lives; then await_word || :; fi ;;
  esac
  word=$(cat "$kept/arm/word" 2>/dev/null) || word=
  if [ -n "$word" ]; then fact decision "$word"; fi
  # Whatever the host decided: the run did not come to its end, and the next one brings it there.
  if cat "$kept/old-hash" "$kept/ours" 2>/dev/null | grep -qxF -e "$hash"; then
    if [ -r "$kept/begun" ]; then facts unfinished <"$kept/begun"; fi
    if [ -r "$kept/recorded" ]; then grep . "$kept/recorded" | facts recorded || :; fi
  fi
fi
`;

/** Where nginx does not run its own test is not run either: that would leave an empty pid file and logs that nobody had. */
const configurationFacts = `if [ "$may_test" = yes ] && [ -n "$master" ]; then
  tested=$(as_root nginx -t 2>&1) || printf '%s\\n' "$tested" | grep -v 'test failed' | tail -n 10 | cut -c 1-500 | facts nginx-invalid
fi
${includeFunctions}conf=$(nginx -V 2>&1 | sed -n 's/.*--conf-path=\\([^ ]*\\).*/\\1/p')
whole= by='nginx -T'
if [ -n "$master" ] && { [ "$way" = root ] || may nginx -T; }; then whole=$(as_root nginx -T 2>/dev/null | packed); fi
# An empty answer packs to some thirty characters.
if [ "\${#whole}" -lt 60 ]; then by=reading whole=$(read_whole "\${conf:-/etc/nginx/nginx.conf}" | packed); fi
if [ "\${#whole}" -gt ${most.configuration} ]; then fact nginx-config-too-large "\${#whole}"; else
  fact nginx-config-by "$by"
  fact nginx-config "$whole"
fi
`;
