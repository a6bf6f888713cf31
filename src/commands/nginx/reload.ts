/** A reload of nginx, and the proof that the configuration on disk is the one in force. */
import { quote } from '../quote.ts';

/** Seconds in which all workers are to be new ones. A port that is taken makes nginx try for 2.5 s before it gives up. */
const workersWithin = 10;

/** Seconds that a reload gets after its first [emerg]: nginx tries to bind five times, half a second apart. */
const patience = 4;

/**
 * sh, after the functions of processes.ts:
 * - `test_config`     `nginx -t`; `$why` is nginx's own reason
 * - `reload_proved`   0 when all workers that take connections are new ones of the same master, and nothing grave is in the error log; else `$why`
 *
 * A reload exits 0 when the signal was sent. nginx says only in its error log why it stays with the old configuration; where the user may not read
 * that, the workers tell that it did.
 * @param errorLog the main error log's path
 */
export function reloadFunctions(errorLog: string | undefined): string {
  return `error_log=${quote(errorLog ?? '/var/log/nginx/error.log')}
${reloading}`;
}

const reloading = `test_config() {
  tested=$(as_root nginx -t 2>&1) && return 0
  why=$(printf '%s\\n' "$tested" | grep -v 'test failed' | tail -n 1 | cut -c 1-500)
  [ -n "$why" ] || why='nginx -t failed without a word'
  return 1
}
signal_reload() { if [ -n "$unit" ]; then as_root systemctl reload "$unit"; else as_root nginx -s reload; fi; }
log_size() { if [ -r "$error_log" ]; then wc -c <"$error_log"; else echo 0; fi; }
grave() {
  if [ ! -r "$error_log" ]; then return 0; fi
  now_at=$(log_size)
  if [ "$now_at" -lt "$log_at" ]; then log_at=0; fi
  tail -c "+$((log_at + 1))" "$error_log" | grep -E '\\[emerg\\]|\\[alert\\].*(exited on signal|exited with fatal code|fork\\(\\) failed)' |
    grep -v 'still could not bind()' | tail -n 1 | cut -c 1-500
}
reload_proved() {
  find_master
  [ -n "$master" ] || { why='nginx does not run'; return 1; }
  reload_master=$master reload_start=$(start_of "$master")
  before=$(workers) log_at=$(log_size)
  reload_said=$(signal_reload 2>&1) || { why="the reload failed: $(printf '%s' "$reload_said" | grep -v '^See ' | tail -n 1)"; return 1; }
  looks=0 graves=0 steady=0
  while :; do
    now=$(workers)
    fresh=$(count "$(only_in "$now" "$before")") all=$(count "$now")
    find_master
    if [ "$master" != "$reload_master" ] || [ "$(start_of "$reload_master")" != "$reload_start" ]; then why="nginx's master process is another one since the reload"; return 1; fi
    if [ "$fresh" = "$all" ] && [ "$all" -gt 0 ]; then steady=$((steady + 1)); else steady=0; fi
    if [ "$steady" -ge 2 ]; then break; fi
    said=$(grave)
    if [ -n "$said" ]; then graves=$((graves + 1)); fi
    if [ "$looks" -ge ${workersWithin * 5} ] || [ "$graves" -gt ${patience * 5} ]; then
      why="the reload exited 0, but $((all - fresh)) of $all workers are still the old ones after $((looks / 5)) s\${said:+: $said}"
      return 1
    fi
    looks=$((looks + 1))
    sleep 0.2
  done
  said=$(grave)
  if [ -n "$said" ]; then why="all workers are new ones, but nginx complained: $said"; return 1; fi
  if [ ! -r "$error_log" ]; then fact note "$error_log may not be read by $(id -un), so that the reload of nginx is proved by its new workers alone."; fi
  fact workers "$all"
}
`;
