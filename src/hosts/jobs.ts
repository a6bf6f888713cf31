/**
 * A step as a host runs it: detached from the connection that asked for it, and once, however often it is asked for.
 *
 * A job's folder, below `${XDG_STATE_HOME:-~/.local/state}/rollback-action/<environment>/<run>/`, holds
 * - `lock`     a flock on it is held from before the job is started until its last process of ours has ended
 * - `started`  one line for each time it was started
 * - `script`   what runs, without the secret, which comes through a pipe on file descriptor 3
 * - `output`, `facts`
 * - `rc`       how it ended: an exit status or `timeout`; written whole, by rename. Started, not locked and no `rc`: interrupted.
 */
import { quote } from '../commands/quote.ts';
import type { Job } from '../ports.ts';
import { frameFunctions, outputBytes } from './frame.ts';
import { findLock } from './lock-place.ts';
import type { LockPlace } from './lock-place.ts';
import { prelude } from './prelude.ts';
import { runFolder } from './run-folder.ts';
import type { Run } from './run-folder.ts';

export type Fence = { readonly place: LockPlace; readonly token: string };

/** What must be on a host for jobs and questions to run. */
export const requiredTools = [
  'cat', 'date', 'flock', 'head', 'mkdir', 'mv', 'rm', 'setsid', 'sha256sum', 'tail', 'timeout', 'tr', 'wc',
] as const;

/** A job that was interrupted is started again until it was started so many times; then it has failed with `interrupted`. */
const starts = 3;

export const jobExits = { cannotWrite: 74, interrupted: 75 } as const;

/** Runs detached, in the job's folder, with the flocks on 8 (the run's lock) and 9 (the job's); its script has neither. */
const runner = `began=$(date +%s)
timeout -k 10 "$1" sh -c "exec sh ./script 8<&- 9>&-" </dev/null >>output 2>&1
code=$?
case $code in
  124) code=timeout ;;
  137) if [ $(($(date +%s) - began)) -ge "$1" ]; then code=timeout; fi ;;
esac
printf "%-16s\\n" "$code" 1<>rc.new
mv -f rc.new rc
`;

/**
 * The payload that starts a job, or waits for the one that runs, or finds it ended, and then tells how it ended. Blocks while it runs.
 * The frame's status is `finished <code>`, `timeout`, `fenced` (output: the owner) or `interrupted` (ask again).
 * @throws RangeError when the id is no plain file name
 */
export function jobPayload(job: Job, run: Run, fence: Fence, nonce: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(job.id)) throw new RangeError(`"${job.id}" cannot be a job's id`);
  const script = `${prelude}secret=$(cat <&3; printf .)
secret=\${secret%.}
exec 3>>facts
set -eu
${job.script}
`;
  return `${prelude}${frameFunctions(quote(nonce))}${runFolder(run)}secret=${quote(job.secret ?? '')}
script=${quote(script)}
id=${quote(job.id)} token=${quote(fence.token)} limit=${Math.max(1, Math.ceil(job.limit / 1000))}
job=$run/$id
answer() {
  frame_begin
  if [ -r facts ]; then cat facts; fi
  frame_status "$1"
  frame_output "$2"
  exit 0
}
refuse() { cd /; answer 'finished ${jobExits.cannotWrite}' "The job was not started: $1"; }
fenced() { cd /; answer fenced "$(cat "$lock/owner" 2>/dev/null)"; }
printed() { tail -c ${outputBytes} output 2>/dev/null | tr -d '\\000'; }
ended() {
  ended=$(tr -d ' ' <rc)
  case $ended in
    timeout) answer timeout "$(printed)" ;;
    *[0-9]) answer "finished $ended" "$(printed)" ;;
  esac
}
for tool in ${requiredTools.join(' ')}; do
  command -v "$tool" >/dev/null || refuse "the host has no $tool"
done
error=$({ mkdir -p "$job" && : >>"$job/lock"; } 2>&1) || refuse "$error"
cd "$job" || refuse "cannot enter $job"
exec 9>>lock
flock 9
if [ -s rc ]; then ended; fi
times=0
if [ -e started ]; then times=$(wc -l <started); fi
if [ "$times" -ge ${starts} ]; then
  echo "Interrupted ${starts} times; not started again" >>output
  printf '%s\\n' ${jobExits.interrupted} >rc
  ended
fi
${findLock(fence.place)}[ -r "$lock/token" ] || fenced
exec 8<"$lock/token"
flock -s 8
[ "$(cat "$lock/token")" = "$token" ] || fenced
error=$({
  printf '%s' "$script" | cat >script.new && [ "$(wc -c <script.new)" -eq ${Buffer.byteLength(script)} ] && mv -f script.new script &&
    printf '%-16s\\n' pending >rc.new && : >facts && : >>output &&
    { [ "$times" -gt 0 ] || printf '%s\\n' "$id" >>"$run/order"; } && date +%s >>started
} 2>&1) || refuse "$error"
export login_umask
printf '%s' "$secret" | setsid sh -c ${quote(runner)} rollback-action-job "$limit" 3<&0 </dev/null >/dev/null 2>&1 &
exec 8<&- 9>&-
exec 9>>lock
flock 9
if [ -s rc ]; then ended; fi
answer interrupted "$(printed)"
`;
}
