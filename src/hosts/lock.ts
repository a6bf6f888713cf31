/**
 * The lock of an application on a host, as scripts for `ask`: safe to run again when an answer was lost. A lock is a folder with
 * - `token`  names the run that holds it, written once; every running job holds a shared flock on this file (jobs.ts)
 * - `owner`  one JSON line for people
 * - `since`, `beat`  seconds by the host's own clock
 * It appears and vanishes whole, by rename; those who change it take turns by a flock on the folder that it lies in, which ends with
 * its process. Facts: `lock`, and of the one who holds or held it `owner` and `since`.
 */
import { quote, words } from '../commands/quote.ts';
import { findLock } from './lock-place.ts';
import type { LockPlace } from './lock-place.ts';

/** Seconds without a heartbeat after which a lock may be taken over. */
export const staleAfter = 30;

/** Exit statuses of these scripts besides 0. */
export const lockExits = { cannotWrite: 73, noRights: 77 } as const;

/**
 * Facts: `lock` is `taken` (also when this token had it already), `taken-over` from a run that gave no heartbeat, or `held`; then `running` tells
 * that it is stale but one of its jobs still runs.
 */
export function acquireLock(place: LockPlace, token: string, owner: string): string {
  return script('acquire', place, token, owner);
}

/** Facts: `lock` is `taken`, or `lost` when it is another's or gone. */
export function beatLock(place: LockPlace, token: string): string {
  return script('beat', place, token, '');
}

/** Frees the lock if it is this token's. Facts: `lock` is `released` or `lost`. */
export function releaseLock(place: LockPlace, token: string): string {
  return script('release', place, token, '');
}

const program = `set -u
umask 022
operation=$1 lock=$2 token=$3 owner=$4
parent=\${lock%/*}
mkdir -p "$parent" || exit ${lockExits.cannotWrite}
exec 7<"$parent" || exit ${lockExits.noRights}
flock 7
now=$(date +%s)
mine() { [ "$(cat "$lock/token" 2>/dev/null)" = "$token" ]; }
put() { printf '%s\\n' "$1" | cat >"$2"; }
beat() { put "$now" "$lock/beat.new" && mv -f "$lock/beat.new" "$lock/beat" || exit ${lockExits.cannotWrite}; }
tell() {
  printf 'lock=%s\\n' "$1"
  if [ -d "$lock" ]; then printf 'owner=%s\\nsince=%s\\n' "$(head -n 1 "$lock/owner")" "$(cat "$lock/since")"; fi
}
remove() { rm -rf "$lock.old" && mv -T "$lock" "$lock.old" && rm -rf "$lock.old"; }
make() {
  rm -rf "$lock.new"
  mkdir "$lock.new" &&
    put "$token" "$lock.new/token" &&
    put "$owner" "$lock.new/owner" &&
    put "$now" "$lock.new/since" &&
    put "$now" "$lock.new/beat" &&
    mv -T "$lock.new" "$lock" && return
  rm -rf "$lock.new"
  exit ${lockExits.cannotWrite}
}
acquire() {
  if mine; then beat; tell taken; return; fi
  if ! [ -d "$lock" ]; then make; tell taken; return; fi
  last=$(cat "$lock/beat" 2>/dev/null)
  case $last in '' | *[!0-9]*) last=0 ;; esac
  silence=$((now - last))
  if [ "$silence" -le ${staleAfter} ] && [ "$silence" -ge -${staleAfter} ]; then tell held; return; fi
  if [ -e "$lock/token" ]; then
    exec 6<"$lock/token"
    if ! flock -n 6; then tell held; echo running=yes; return; fi
  fi
  tell taken-over
  remove || exit ${lockExits.cannotWrite}
  make
}
case $operation in
  acquire) acquire ;;
  beat) if mine; then beat; tell taken; else tell lost; fi ;;
  release) if mine; then remove || exit ${lockExits.cannotWrite}; echo lock=released; else tell lost; fi ;;
esac
`;

function script(operation: string, place: LockPlace, token: string, owner: string): string {
  return `${findLock(place)}parent=\${lock%/*}
as_owner=as_root
[ -w "$parent" ] || (umask 022; mkdir "$parent" 2>/dev/null) && as_owner=
$as_owner sh -c ${quote(program)} ${words('rollback-action-lock', operation)} "$lock" ${words(token, owner)} >&3 || exit $?
[ -r "$lock/token" ] || ! [ -e "$parent" ] || [ ${quote(operation)} != acquire ] || { say "$lock cannot be read"; exit ${lockExits.noRights}; }
`;
}
