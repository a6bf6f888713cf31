/**
 * How a load balancer's nginx is given another configuration file, and its own one back. Each function makes the script of one step, safe to run again.
 *
 * `$kept` (place.ts) holds `old`, the file as it was found, with `old-hash` and `attributes`; `begun`, the run as one line; `recorded`, what the
 * assessment saw; `ours`, the hashes of what was put in its place; `workers`, nginx's before that; `reloaded`, from just before the new file can come into force; `arm/`.
 */
import { createHash } from 'node:crypto';
import { quote } from './quote.ts';
import { claimFunctions, decisionScript, type Decision } from './nginx/decision.ts';
import { placeFunctions, type TrafficPlace, type Way } from './nginx/place.ts';
import { processFunctions } from './nginx/processes.ts';
import { reloadFunctions } from './nginx/reload.ts';
import { writeFunctions } from './nginx/write.ts';

/** How a load balancer is handled, by its own assessment. */
export type Handling = {
  readonly way: Way;
  /** The systemd unit; empty where nginx runs without. */
  readonly unit: string;
  /** The main error log. */
  readonly errorLog?: string | undefined;
};

function functions(place: TrafficPlace, { way, unit, errorLog }: Handling): string {
  return placeFunctions(place) + processFunctions(unit) + reloadFunctions(errorLog) + writeFunctions(way);
}

/** Facts: `as-found` per line of what an undo has to bring back: hash, mode and owner of the file. Read only. */
export function fileAsFound(place: TrafficPlace): string {
  return `${placeFunctions(place)}fact as-found "$file $(hash_now) $(attributes_now)"
`;
}

/**
 * Writes down what is found. Material of the interrupted run that this one takes up (`runJson` is its line then) is not overwritten: what that run
 * found is what an undo goes back to. Ends with 1, and nothing is written, when the file is not the one that was assessed.
 */
export function keepTraffic(place: TrafficPlace, { runJson, hash, recorded = [] }: {
  readonly runJson: string;
  /** The file's, at the assessment. */
  readonly hash: string;
  /** The lines of `fileAsFound` at the assessment. */
  readonly recorded?: readonly string[];
}): string {
  return `${placeFunctions(place)}${processFunctions('')}${claimFunctions}begun=${quote(runJson)}
[ "$(hash_now)" = ${quote(hash)} ] || fail "$file was changed since it was looked at: somebody else works on it"
if [ -d "$kept/arm" ]; then
  if [ -z "$(claimed)" ] && decider_lives; then fail "An earlier run's switch of $upstream waits for its decision until $(date -u -d "@$(cat "$kept/arm/deadline")" +%H:%M:%S) UTC; run this again then"; fi
  if [ "$(claimed)" = deciding ] && decider_lives; then await_word || :; fi
  [ "$(hash_now)" = ${quote(hash)} ] || fail "$file was changed by the host's own decision just now; run this again"
  rm -rf "$kept/arm"
fi
if [ -d "$kept" ]; then
  if [ "$(cat "$kept/begun" 2>/dev/null)" != "$begun" ] || ! cat "$kept/old-hash" "$kept/ours" 2>/dev/null | grep -qxF ${quote(hash)}; then rm -rf "$kept"; fi
fi
if [ ! -s "$kept/old-hash" ]; then
  mkdir -p "$kept"
  read_config >"$kept/old"
  attributes_now >"$kept/attributes"
  printf '%s\\n' ${quote(recorded.join('\n'))} >"$kept/recorded"
  [ "$(sha256sum <"$kept/old" | cut -d ' ' -f 1)" = ${quote(hash)} ] || fail "$file was changed while it was copied"
  printf '%s\\n' ${quote(hash)} >"$kept/old-hash.new"
  mv -f "$kept/old-hash.new" "$kept/old-hash"
fi
printf '%s\\n' "$begun" >"$kept/begun.new"
mv -f "$kept/begun.new" "$kept/begun"
`;
}

/**
 * Arms the host's own decision, replaces the file, and tests the whole configuration with it. Where the test fails the old file is back at once.
 * Nothing comes into force yet.
 */
export function writeConfig(place: TrafficPlace, { text, expectedHash, decision, ...handling }: Handling & {
  /** The file afterwards, a character a byte. */
  readonly text: string;
  /** The file's at the assessment. */
  readonly expectedHash: string;
  /** Without one the file stays as it is written until a run puts it back. */
  readonly decision?: Decision;
}): string {
  const all = functions(place, handling);
  return `${all}${claimFunctions}
[ -s "$kept/old-hash" ] || fail "What was found of $file was not kept"
printf '%s' ${quote(Buffer.from(text, 'latin1').toString('base64'))} | base64 -d >"$kept/new"
new_hash=$(sha256sum <"$kept/new" | cut -d ' ' -f 1) on_disk=$(hash_now)
[ "$new_hash" = ${quote(createHash('sha256').update(text, 'latin1').digest('hex'))} ] || fail "The new $file did not arrive whole, so nothing was written"
# The file as it was found is there again where an undo shows a page that an earlier run had shown already.
if [ "$on_disk" != ${quote(expectedHash)} ] && [ "$on_disk" != "$new_hash" ] && [ "$on_disk" != "$(cat "$kept/old-hash")" ]; then fail "$file was changed since it was looked at: somebody else works on it"; fi
find_master
[ -n "$master" ] || fail 'nginx does not run'
if [ ! -e "$kept/workers" ]; then
  workers >"$kept/workers.new"
  mv -f "$kept/workers.new" "$kept/workers"
fi
printf '%s\\n' "$new_hash" >>"$kept/ours"
${decision === undefined ? '' : arm(all, decision)}
if [ "$on_disk" != "$new_hash" ]; then
  put_text "$kept/new" || { withdraw; fail "$file could not be written ($put_said); it is as it was found"; }
  [ "$(hash_now)" = "$new_hash" ] || fail "$file was written and has other bytes all the same"
fi
if ! test_config; then
  refused=$why
  withdraw
  put_back || fail "$refused; and then: $why"
  fail "$refused"
fi
[ "$(attributes_now)" = "$(cat "$kept/attributes")" ] || fail "$file lost its mode or owner: $(attributes_now) instead of $(cat "$kept/attributes")"
rm -f "$kept/new"
fact written "$file $new_hash"
`;
}

/** The decision waits before anything is written; where it does not get to wait, nothing is. */
function arm(all: string, decision: Decision): string {
  return `if [ -d "$kept/arm" ]; then
  [ -z "$(claimed)" ] || fail "The decision on the switch has been taken already: $(claimed) $(cat "$kept/arm/word" 2>/dev/null)"
else
  rm -rf "$kept/arm.new"
  mkdir "$kept/arm.new"
  workers >"$kept/arm.new/workers"
  if [ "$on_disk" = "$new_hash" ] && came_into_force; then : >"$kept/arm.new/in-force"; fi
  mv "$kept/arm.new" "$kept/arm"
fi
if ! decider_lives; then
  rm -f "$kept/arm/pid"
  printf '%s' ${quote(decisionScript(all, decision))} >"$kept/arm/decide"
  echo "$(($(date +%s) + ${Math.ceil(decision.timeoutSeconds)}))" >"$kept/arm/deadline"
  setsid sh "$kept/arm/decide" </dev/null >>"$kept/arm/output" 2>&1 3>&- &
  looks=0
  while ! decider_lives && [ "$looks" -lt 50 ]; do sleep 0.1; looks=$((looks + 1)); done
  decider_lives || fail "The host's own decision could not be armed, so nothing was written: $(tail -n 1 "$kept/arm/output")"
fi`;
}

/** Reloads nginx and proves that the new file is in force. */
export function reloadProved(place: TrafficPlace, handling: Handling): string {
  return `${functions(place, handling)}${claimFunctions}
[ -s "$kept/ours" ] || fail "No switch of $upstream was begun here"
: >"$kept/reloaded"
case $(claimed) in
  '') ;;
  *) fail "Not reloaded: the decision on the switch was taken already: $(claimed)" ;;
esac
reload_proved || fail "$why"
`;
}

/** The undo of `writeConfig`: the file as it was found, and in force if the new one was. The host decides no more. */
export function putConfigBack(place: TrafficPlace, handling: Handling): string {
  return `${functions(place, handling)}${claimFunctions}
if [ ! -d "$kept" ]; then say "$file had not been touched"; exit 0; fi
withdraw
if [ -n "$decided" ]; then fact decision "$decided"; fi
put_back || fail "$why"
rm -f "$kept/new"
`;
}

/** The switch stays, whatever becomes of the runner from now on. Fails where the host has turned itself back. */
export function confirmSwitch(place: TrafficPlace): string {
  return `${placeFunctions(place)}${processFunctions('')}${claimFunctions}
[ -d "$kept/arm" ] || fail "No switch of $upstream was begun here"
if claim confirmed; then
  end_decider
else
  case $(claimed) in
    withdrawn) fail "The switch of $upstream was withdrawn already" ;;
    *) await_word || fail "The host was deciding about $upstream by itself and did not come to an end" ;;
  esac
  fact decision "$(cat "$kept/arm/word")"
  case $(cat "$kept/arm/word") in
    kept\\ *) say "$(cat "$kept/arm/word")" ;;
    *) fail "The confirmation came too late, the host had decided by itself: $(cat "$kept/arm/word")" ;;
  esac
fi
`;
}

/**
 * Puts away what was kept, unless a decision is pending: that needs it. Facts: `note`, what a person has to know of what is left.
 * @param material `drop`; `keep` for a person, beside, under the run's name; `leave` as it is
 */
export function closeTraffic(place: TrafficPlace, material: 'drop' | 'keep' | 'leave', run: string): string {
  if (material === 'leave') return leaveTraffic(place);
  return `${placeFunctions(place)}${processFunctions('')}${claimFunctions}
if [ -d "$kept" ]; then
  if [ -d "$kept/arm" ] && decider_lives && case $(claimed) in '' | deciding) true ;; *) false ;; esac; then
    say "A decision about $upstream is pending on the host itself: what it needs stays"
  else
    ${material === 'drop' ? 'rm -rf "$kept"' : `rm -rf "$kept-failed-"${quote(run)}\n    mv "$kept" "$kept-failed-"${quote(run)}`}
    rmdir "\${kept%/*}" "\${kept%/*/*}" 2>/dev/null || :
  fi
fi
`;
}

/** Nothing is put away, but what is left does not stay as it is by itself. */
function leaveTraffic(place: TrafficPlace): string {
  return `${placeFunctions(place)}${processFunctions('')}${claimFunctions}
if [ -d "$kept/arm" ] && [ -z "$(claimed)" ] && decider_lives; then
  fact note "the switch of $upstream is left unconfirmed: unless a run takes it up, the host decides by itself at $(date -u -d "@$(cat "$kept/arm/deadline")" +%H:%M:%S) UTC; it keeps the switch if nginx has it in force and the servers answer well, and else puts $file back."
elif [ -s "$kept/old-hash" ] && [ "$(hash_now)" != "$(cat "$kept/old-hash")" ]; then
  fact note "$file is left as it was written; as it was found, it lies in $kept/old."
fi
`;
}
