/** systemd units: how they are, restarting them with proof, and bringing them back. Names are validated inputs. */
import { quote, words } from './quote.ts';

/** Seconds that a restarted unit is watched; a unit that dies later is caught by the health checks. */
const watchSeconds = 5;

/** The unit's state on one line: `ActiveState SubState InvocationID NRestarts Type Result`. */
const unitState = `unit_state() {
  systemctl show --property=ActiveState,SubState,InvocationID,NRestarts,Type,Result -- "$1" |
    awk -F= '{ value[$1] = $2 == "" ? "-" : $2 } END { print value["ActiveState"], value["SubState"], value["InvocationID"], value["NRestarts"], value["Type"], value["Result"] }'
}
`;

/** Facts: `unit` per unit (`name loaded|not-found… ActiveState …`). */
export function unitFacts(units: readonly string[]): string {
  return `${unitState}
for unit in ${words(...units)}; do
  fact unit "$unit $(systemctl show --property=LoadState --value -- "$unit") $(unit_state "$unit")"
done
`;
}

/**
 * The exact commands that need root, as they stand in sudoers. One list, so that what is checked is what is run.
 * @param stops whether units are also stopped: where nothing may write for a while
 */
export function rootCommands(units: readonly string[], reload: readonly string[], stops: boolean): readonly (readonly string[])[] {
  return [
    ...units.flatMap((unit) => [...(stops ? [['systemctl', 'stop', unit]] : []), ['systemctl', 'restart', unit]]),
    ...reload.flatMap((unit) => [...configurationTest(unit), ['systemctl', 'reload', unit]]),
  ];
}

/**
 * Reads `sudo -n -l` and prints the commands that need no password, without their folder. `sudo -n -l COMMAND` alone is no proof: as soon as any
 * command needs none, it also answers for those that do.
 */
const withoutPassword = String.raw`
/!authenticate/ { print "ALL" }
/^ *\(/ {
  sub(/^ *\([^)]*\) */, ""); free = 0
  gsub(/\\,/, "\001"); count = split($0, entries, /, */)
  for (i = 1; i <= count; i++) {
    entry = entries[i]
    while (match(entry, /^[A-Z_]+: */)) { tag = substr(entry, 1, RLENGTH); if (tag ~ /^NOPASSWD/) free = 1; if (tag ~ /^PASSWD/) free = 0; entry = substr(entry, RLENGTH + 1) }
    gsub(/\001/, ",", entry); gsub(/\\/, "", entry)
    path = entry; sub(/ .*/, "", path); rest = substr(entry, length(path) + 1); sub(/.*\//, "", path)
    if (free) print path rest
  }
}`;

/** sh: `may CMD…`, 0 when `sudo -n` runs exactly that without a password. Asks once what is allowed. */
export const mayFunction = `allowed=$(sudo -n -l 2>/dev/null | awk ${quote(withoutPassword)}) || allowed=
may() {
  sudo -n -l "$@" >/dev/null 2>&1 || return 1
  may_program=\${1##*/}
  shift
  printf '%s\\n' "$allowed" | while IFS= read -r entry; do
    case $entry in ALL | "$may_program" | "$may_program\${*:+ $*}" | *[*?[]*) echo yes; break;; esac
  done | grep -q yes
}
`;

/** Facts: `no-right` per command that `sudo -n` would refuse, or ask a password for. */
export function rightsFacts(commands: readonly (readonly string[])[]): string {
  return `if [ "$(id -u)" != 0 ]; then
${mayFunction}${commands.map((command) => `may ${words(...command)} || fact no-right ${quote(command.join(' '))}`).join('\n')}
:
fi
`;
}

/** How a unit's configuration is tested before a reload; several web servers are known, others have no such test. */
export function configurationTest(unit: string): readonly (readonly string[])[] {
  const tests: Readonly<Record<string, readonly string[]>> = {
    'nginx.service': ['nginx', '-t'],
    'apache2.service': ['apachectl', 'configtest'],
    'httpd.service': ['apachectl', 'configtest'],
    'haproxy.service': ['haproxy', '-c', '-f', '/etc/haproxy/haproxy.cfg'],
  };
  const test = tests[unit];
  return test === undefined ? [] : [test];
}

/** Facts: `configuration-invalid` with the test's words, for each unit to reload whose configuration is not right. */
export function configurationFacts(reload: readonly string[]): string {
  return reload
    .flatMap((unit) => configurationTest(unit).map((test) => ({ unit, test })))
    .map(({ unit, test }) => `if [ "$(id -u)" = 0 ] || sudo -n -l ${words(...test)} >/dev/null 2>&1; then
  said=$(as_root ${words(...test)} 2>&1) || fact configuration-invalid ${quote(unit)}": $(printf '%s\\n' "$said" | grep -v 'test failed' | tail -n 1)"
fi
`)
    .join('');
}

/** Writes down how the units are, once, where an undo finds it. */
export function keepUnits(units: readonly string[]): string {
  return `${unitState}
if [ ! -f "$found/units" ]; then
  for unit in ${words(...units)}; do echo "$unit $(unit_state "$unit")"; done > "$found/units.new"
  mv "$found/units.new" "$found/units"
fi
`;
}

/** Restarts the units in their order, then watches that each is a new invocation and stays up. Fact: `up` per unit. */
export function restart(units: readonly string[]): string {
  return `${unitState}
${watchUnits}
before=; after=
for unit in ${words(...units)}; do
  before="$before $(unit_state "$unit" | cut -d ' ' -f 3)"
  as_root systemctl restart "$unit" || { systemctl status --no-pager --lines=20 "$unit" >&2 || :; echo "systemctl restart $unit failed" >&2; exit 1; }
done
set -- $before
for unit in ${words(...units)}; do
  set_state "$unit"
  [ "$invocation" != "$1" ] || { echo "$unit was not restarted: it is still invocation $1" >&2; exit 1; }
  shift
done
watch_units ${words(...units)}
`;
}

/** Stops the units, the last one first, and makes sure that they are down. Fact: `down` per unit. */
export function stop(units: readonly string[]): string {
  return `if [ -d "$found" ]; then : > "$found/touched"; fi
for unit in ${words(...units.toReversed())}; do
  as_root systemctl stop "$unit" || { echo "systemctl stop $unit failed" >&2; exit 1; }
  state=$(systemctl show --property=ActiveState --value -- "$unit")
  case $state in inactive | failed) fact down "$unit" ;; *) echo "$unit is still $state" >&2; exit 1 ;; esac
done
`;
}

const watchUnits = `set_state() { set -- $(unit_state "$1"); active=$1 sub=$2 invocation=$3 restarts=$4 type=$5 outcome=$6; }
is_up() { [ "$active" = active ] || [ "$active" = reloading ] || { [ "$type" = oneshot ] && [ "$outcome" = success ] && [ "$active" != failed ]; }; }
watch_units() {
  watched=
  for unit in "$@"; do set_state "$unit"; watched="$watched $unit=$invocation=$restarts"; done
  second=0
  while [ "$second" -lt ${watchSeconds} ]; do
    sleep 1; second=$((second + 1))
    for entry in $watched; do
      unit=\${entry%%=*}; known=\${entry#*=}
      set_state "$unit"
      if ! is_up || [ "$invocation=$restarts" != "$known" ]; then
        systemctl status --no-pager --lines=20 "$unit" >&2 || :
        echo "$unit did not stay up: $active/$sub after $second s, $restarts restarts" >&2
        exit 1
      fi
    done
  done
  for unit in "$@"; do fact up "$unit"; done
}
`;

/**
 * Units back to the state in which they were found: those that were up run the found release again, those that were down are down. On a
 * host whose checkout was not begun, a unit that is still as it was found is left alone.
 */
export function unitsBack(reload: readonly string[]): string {
  return `${unitState}
if [ -f "$found/units" ]; then
  while read -r unit active sub invocation restarts rest; do
    now=$(unit_state "$unit")
    if [ ! -e "$found/touched" ] && [ "$now" = "$active $sub $invocation $restarts $rest" ]; then continue; fi
    case $active in
      active|activating|reloading|failed) if [ "$active" = failed ]; then as_root systemctl restart "$unit" || :; else as_root systemctl restart "$unit"; fi;;
      *) case $now in active*|activating*) as_root systemctl stop "$unit" || as_root systemctl restart "$unit";; esac;;
    esac
  done < "$found/units"
fi
if [ -e "$found/touched" ]; then
  :
${reload.map((unit) => `  as_root systemctl reload ${quote(unit)}\n`).join('')}fi
`;
}

/**
 * Tests the configuration, reloads, and waits for the effect: a web server's workers are new processes under the same master.
 * A reload that changes no worker within 10 s (units that reload in place) is accepted when the unit stays active.
 */
export function reload(unit: string): string {
  const test = configurationTest(unit).map((command) => `as_root ${words(...command)}\n`).join('');
  const proof = configurationTest(unit).length === 0 ? '' : `tries=0
while [ "$(workers)" = "$old" ] && [ "$tries" -lt 50 ]; do sleep 0.2; tries=$((tries + 1)); done
[ "$(workers)" != "$old" ] || { echo "${unit} took the reload but its workers are the old ones" >&2; exit 1; }
`;
  return `unit=${quote(unit)}
${test}master=$(systemctl show --property=MainPID --value -- "$unit")
workers() { for process in /proc/[0-9]*; do awk -v master="$master" '{ sub(/^.*\\) /, "") } $2 == master { print FILENAME }' "$process/stat" 2>/dev/null; done | sort | tr '\\n' ' '; }
old=$(workers)
as_root systemctl reload "$unit"
${proof}[ "$(systemctl show --property=ActiveState --value -- "$unit")" = active ]
fact reloaded "$unit"
`;
}
