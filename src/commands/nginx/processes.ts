/** nginx's processes as the kernel knows them: whether a reload has come into force is asked here, for its exit status does not tell. */
import { quote } from '../quote.ts';

/** @param unit the systemd unit; empty where nginx runs without systemd */
export function processFunctions(unit: string): string {
  return `unit=${quote(unit)}
${processes}`;
}

/** When a process began, in ticks since the host did: with its id it is known again. */
export const startOf = `start_of() {
  { IFS= read -r start_line <"/proc/$1/stat"; } 2>/dev/null || return 0
  set -- \${start_line##*) }
  printf '%s' "\${20}"
}
`;

/**
 * sh that takes `$unit`:
 * - `find_master`       sets `$master`, empty where nginx does not run
 * - `workers`           prints those of `$master` that take connections, a line `id/start` each; old ones that finish their requests are left out
 * - `only_in A B`       the lines of A that B has not
 */
const processes = `${startOf}is_master() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  case $(tr '\\000' ' ' 2>/dev/null <"/proc/$1/cmdline") in 'nginx: master process'*) return 0 ;; *) return 1 ;; esac
} 2>/dev/null
find_master() {
  master=
  if [ -n "$unit" ]; then
    master=$(systemctl show --property=MainPID --value -- "$unit" 2>/dev/null) || master=
    if is_master "$master"; then return 0; fi
  fi
  for pid_file in /run/nginx.pid /var/run/nginx.pid /usr/local/nginx/logs/nginx.pid; do
    master=
    if [ -s "$pid_file" ]; then read -r master <"$pid_file" || :; fi
    if is_master "$master"; then return 0; fi
  done
  master=
}
children() {
  if [ -r "/proc/$master/task/$master/children" ]; then cat "/proc/$master/task/$master/children"; return; fi
  for process in /proc/[0-9]*; do
    { IFS= read -r line <"$process/stat"; } 2>/dev/null || continue
    set -- \${line##*) }
    if [ "$2" = "$master" ]; then printf '%s ' "\${process#/proc/}"; fi
  done
}
workers() {
  [ -n "$master" ] || return 0
  for worker in $(children 2>/dev/null); do
    case $({ tr '\\000' ' ' <"/proc/$worker/cmdline"; } 2>/dev/null) in
      'nginx: worker process is shutting down'*) ;;
      'nginx: worker process'*) printf '%s/%s\\n' "$worker" "$(start_of "$worker")" ;;
    esac
  done
}
only_in() {
  for one in $1; do
    case "
$2
" in *"
$one
"*) ;; *) printf '%s\\n' "$one" ;; esac
  done
}
count() { set -- $1; printf '%s' "$#"; }
`;
