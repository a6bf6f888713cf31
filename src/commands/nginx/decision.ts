/**
 * What a load balancer does by itself when the runner that switched it does not come back.
 *
 * `$kept/arm` holds `decide`, the script; `pid`, its process while it waits; `deadline`, in seconds since the epoch; `claim`, who has the last word:
 * `confirmed` or `withdrawn` by a run, or `deciding` by the host; and `word`, what the host did: `kept`, `turned-back`, `not-switched` or `failed`,
 * when, and why. `workers` are those of nginx before the file was written, by which the host knows whether it came into force. The claim is a hard link, so that it comes with its content and only the first one holds.
 *
 * It waits as a session of its own (`setsid`), as the steps of jobs.ts do: it needs no right of its own, no timer unit that lingers, and no systemd. It
 * does not outlive a restart of the host; then nginx starts with the file that lies there, and the next run tells that nobody decided.
 */
import { quote } from '../quote.ts';
import { prelude } from '../../hosts/prelude.ts';
import { httpFunctions } from './http.ts';

/** One server that has to be well for the switch to be kept. */
export type HostQuestion = {
  readonly scheme: 'http' | 'https';
  /** As the upstream block has it: `name:port`, `[::1]:8000`, `name` (port 80), `unix:/path`. */
  readonly address: string;
  /** By which it is asked: the Host header, and the name in TLS. */
  readonly hostHeader: string;
  /** With the query. */
  readonly path: string;
  /** What people's own question came by: `X-Forwarded-Proto`. */
  readonly forwarded?: 'https';
  readonly accepts: '2xx' | 'below-500';
  /** What it answered before the switch and has to answer again: it is the right release. */
  readonly expects?: { readonly header: string; readonly value: string } | { readonly body: string };
};

export type Decision = { readonly timeoutSeconds: number; readonly questions: readonly HostQuestion[]; /** One that is well is enough: where traffic goes to many, one of them may be ill. */ readonly any?: true };

/** Where a server of an upstream block listens: nginx takes port 80 where none is given. */
export function askedAt(address: string): string {
  return address.startsWith('unix:') || /:\d+$/.test(address.replace(/^\[.*\]/, '')) ? address : `${address}:80`;
}

/**
 * sh, after the functions of place.ts and processes.ts:
 * - `claim WORD`    0 when WORD is the claim, now or already
 * - `claimed`       prints the claim
 * - `decider_lives`, `end_decider`
 * - `await_word`    waits until a host that is deciding has done it; 1 when it will not
 * - `withdraw`      takes the decision from the host; `$decided` is the host's word where it was first
 */
export const claimFunctions = `claim() {
  printf '%s\\n' "$1" >"$kept/arm/claim.$$"
  ln "$kept/arm/claim.$$" "$kept/arm/claim" 2>/dev/null || :
  rm -f "$kept/arm/claim.$$"
  [ "$(claimed)" = "$1" ]
}
claimed() { cat "$kept/arm/claim" 2>/dev/null || :; }
decider_lives() {
  [ -s "$kept/arm/pid" ] || return 1
  read -r decider decider_start <"$kept/arm/pid" || return 1
  [ "$(start_of "$decider")" = "$decider_start" ]
}
end_decider() { if decider_lives; then kill -s TERM -- "-$decider" 2>/dev/null || :; fi; }
await_word() {
  waited=0
  while [ ! -s "$kept/arm/word" ]; do
    if ! decider_lives || [ "$waited" -ge 300 ]; then break; fi
    sleep 0.2
    waited=$((waited + 1))
  done
  [ -s "$kept/arm/word" ]
}
withdraw() {
  decided=
  if [ ! -d "$kept/arm" ]; then return 0; fi
  if claim withdrawn; then end_decider; return 0; fi
  if [ "$(claimed)" = deciding ] && await_word; then decided=$(cat "$kept/arm/word"); fi
}
`;

/**
 * The script of a decision.
 * @param functions sh of place.ts, processes.ts, reload.ts and write.ts
 */
export function decisionScript(functions: string, { timeoutSeconds, questions, any }: Decision): string {
  return `${prelude}set -eu
exec 3>/dev/null
${functions}${claimFunctions}${httpFunctions}${well}
printf '%s %s\\n' "$$" "$(start_of "$$")" >"$kept/arm/pid.new"
mv -f "$kept/arm/pid.new" "$kept/arm/pid"
sleep ${Math.ceil(timeoutSeconds)}
claim deciding || exit 0
word() { trap - EXIT; printf '%s %s %s\\n' "$1" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$2" >"$kept/arm/word.new"; mv -f "$kept/arm/word.new" "$kept/arm/word"; exit 0; }
trap 'word failed "the decision broke off"' EXIT
in_force() { find_master; [ -e "$kept/arm/in-force" ] || [ -n "$(only_in "$(workers)" "$(cat "$kept/arm/workers")")" ]; }
# A reload may have been asked for this very moment.
if [ -e "$kept/reloaded" ]; then
  looks=0
  while ! in_force && [ "$looks" -lt 15 ]; do looks=$((looks + 1)); sleep 0.2; done
fi
if ! in_force; then
  if put_back; then word not-switched 'the new file had not come into force'; else word failed "$why"; fi
fi
is_well() {
  well_said= unwell='no server was given to ask'
${questions.map((question) => `  well ${questionWords(question)} ${any ? '&& return 0' : '|| return 1'}\n`).join('')}  ${any ? 'return 1' : '[ -n "$well_said" ]'}
}
if is_well; then word kept "$well_said"; fi
if put_back; then word turned-back "$unwell"; else word failed "$unwell; $why"; fi
`;
}

function questionWords({ scheme, address, hostHeader, path, forwarded, accepts, expects }: HostQuestion): string {
  const [kind, name, value] = expects === undefined ? ['', '', ''] : 'header' in expects ? ['header', expects.header, expects.value] : ['body', '', expects.body];
  return [scheme, askedAt(address), hostHeader, path, accepts, kind, name, value, forwarded ?? scheme].map(quote).join(' ');
}

/** Asked twice at most, 3 s each: one answer that was lost is no reason to move traffic again. */
const well = `answers_well() {
  http_forwarded=$9
  http_ask "$kept/arm" "$1" "$2" "$3" "$4" 3
  case $http_status in
    000) unwell="$2: $http_why"; return 1 ;;
    2??) ;;
    *) if [ "$5" = 2xx ] || [ "$http_status" -ge 500 ]; then unwell="$2 answered $http_status"; return 1; fi ;;
  esac
  case $6 in
    header)
      got=$(http_header "$kept/arm" "$7")
      if [ "$got" != "$8" ]; then unwell="$2 answered as \${got:-no release} instead of $8"; return 1; fi ;;
    body) if ! grep -qF -e "$8" "$kept/arm/body"; then unwell="$2 answered without $8"; return 1; fi ;;
  esac
}
well() {
  if answers_well "$@" || { sleep 0.3; answers_well "$@"; }; then well_said="$well_said\${well_said:+, }$2 answered $http_status"; return 0; fi
  return 1
}
`;
