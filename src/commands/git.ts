/**
 * What is asked of, and done to, the checkout on a host. Shell text only; scripts report with `fact` (hosts/script.ts).
 *
 * Two scopes of undo material live in `<git dir>/rollback-action/found`: who began (`run`), and how the checkout was found. The
 * folder exists exactly as long as a run is unfinished, so a run that died is taken up by the next one with its material.
 */
import { quote } from './quote.ts';

const guideMessages = 'stable|release|deploy';

/**
 * Defines `$app`, `$git_dir`, `$found` and `repo`, a git that runs no hook of the checkout, accepts that somebody else owns it, and writes
 * files with the rights that the checkout's files have: the service may run as another user, and the SSH user's umask may be strict.
 * Every script below starts with this.
 */
export function repository(appDir: string): string {
  return `app=${quote(appDir)}
checkout_umask=\${login_umask:-$(umask)}
repo() {
  (umask "$checkout_umask"
  exec git -C "$app" -c safe.directory="$app" -c safe.directory="$app/*" -c core.hooksPath=/dev/null -c advice.detachedHead=false -c gc.auto=0 \\
    -c user.name=rollback-action -c user.email=rollback-action@localhost "$@")
}
git_dir=$(repo rev-parse --absolute-git-dir 2>/dev/null) || git_dir=
if mode=$(stat -c %a "$git_dir/HEAD" 2>/dev/null); then checkout_umask=$(printf %04o $((0777 & ~(0$mode | ((0$mode & 0444) >> 2))))); fi
found=$git_dir/rollback-action/found
`;
}

/** A full SHA. What a host says is one is held against this before it is used again. */
export function isSha(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** How the checkout is. Facts: `checkout`, `head`, `branch`, `dirty` (lines), `shallow`, `index-lock`, `submodules`, `unfinished`. */
export const checkoutFacts = `
if [ ! -d "$app" ]; then fact checkout missing
elif [ -z "$git_dir" ]; then fact checkout no-repository; fact checkout-error "$(repo rev-parse --absolute-git-dir 2>&1 | tail -n 1)"
elif [ "$(repo rev-parse --show-toplevel)" != "$(cd -P "$app" && pwd)" ]; then fact checkout not-the-top
elif [ ! -w "$app" ] || [ ! -w "$git_dir" ] || [ ! -w "$git_dir/objects" ]; then fact checkout read-only; fact checkout-owner "$(stat -c %U "$app")"
else fact checkout ok; fi
if [ -n "$git_dir" ]; then
  fact head "$(repo rev-parse --verify --quiet HEAD)"
  fact branch "$(repo symbolic-ref --quiet HEAD)"
  repo status --porcelain=v2 --untracked-files=no 2>/dev/null | facts dirty
  fact status-hash "$(repo status --porcelain=v2 --untracked-files=no 2>/dev/null | sha256sum | cut -c 1-64)"
  [ "$(repo rev-parse --is-shallow-repository)" = true ] && fact shallow yes
  [ -f "$app/.gitmodules" ] && fact submodules yes
  if [ -e "$git_dir/index.lock" ]; then
    fact index-lock "$(( $(date +%s) - $(stat -c %Y "$git_dir/index.lock") ))"
    for process in /proc/[0-9]*; do
      [ "$(cat "$process/comm" 2>/dev/null)" = git ] || continue
      case "$(readlink "$process/cwd" 2>/dev/null)/ $(tr '\\0' ' ' < "$process/cmdline" 2>/dev/null)" in *"$app"*) fact index-lock-held yes;; esac
    done
  fi
  if [ -f "$found/run" ]; then
    fact unfinished "$(cat "$found/run")"
    if [ -f "$found/as-found-checkout" ]; then facts recorded-checkout < "$found/as-found-checkout"; fi
    if [ -f "$found/as-found-database" ]; then facts recorded-database < "$found/as-found-database"; fi
  fi
fi
`;

/**
 * One full SHA for what the user named: a full SHA as it is; else a tag; else a branch as the remote has it now; else a branch or an
 * abbreviation as the checkout knows it. Facts: `target`, or `ambiguous` (git's words).
 */
export function resolve(name: string): string {
  if (isSha(name)) return `fact target ${quote(name)}\n`;
  return `name=${quote(name)}
commit_of() { repo rev-parse --verify --quiet --end-of-options "$1^{commit}"; }
remote=$(timeout 20 git -C "$app" -c safe.directory="$app" ls-remote origin "refs/tags/$name^{}" "refs/tags/$name" "refs/heads/$name" 2>/dev/null) || remote=
on_remote() { printf '%s\\n' "$remote" | awk -v ref="$1" '$2 == ref { print $1; exit }'; }
sha=$(commit_of "refs/tags/$name") || sha=$(on_remote "refs/tags/$name^{}")
[ -n "$sha" ] || sha=$(on_remote "refs/tags/$name")
[ -n "$sha" ] || sha=$(on_remote "refs/heads/$name")
[ -n "$sha" ] || sha=$(commit_of "refs/remotes/origin/$name") || sha=$(commit_of "refs/heads/$name") || sha=$(commit_of "$name") || sha=
if [ -n "$sha" ]; then fact target "$sha"; else fact ambiguous "$(repo rev-parse --verify --end-of-options "$name^{commit}" 2>&1 | grep -i ambiguous | head -n 1)"; fi
`;
}

/**
 * What could be returned to from `current` when nobody named it. Facts: `matching` (commits before it whose message the guide's rule
 * takes, newest first) and `parent` (first parents, nearest first).
 */
export function candidates(current: string): string {
  return `repo rev-list --regexp-ignore-case --extended-regexp --grep=${quote(guideMessages)} --max-count=50 ${quote(`${current}^@`)} 2>/dev/null | facts matching
repo rev-list --first-parent --max-count=50 ${quote(`${current}^1`)} 2>/dev/null | facts parent
`;
}

/** Of releases that differ between hosts, the one that contains all others: fact `newest`, several times when there is no such one. */
export function newestOf(releases: readonly string[]): string {
  return `repo merge-base --independent ${releases.map(quote).join(' ')} 2>/dev/null | facts newest\n`;
}

/**
 * Whether this host has the target, or could fetch it: tried in a private folder, so that the checkout does not change. Defines
 * `$source_dir`, a git directory in which the target can be read. Facts: `target-here` (`yes`, `fetchable`, `no`), `target-error`.
 */
export function targetPresence(target: string): string {
  return `target=${quote(target)}
source_dir=$git_dir
if repo cat-file -e "$target^{commit}" 2>/dev/null; then fact target-here yes
else
  private=$(mktemp -d); trap 'rm -rf "$private"' EXIT
  git init --quiet --bare "$private/git"
  source_dir=$private/git
  if error=$(GIT_DIR=$source_dir timeout 60 git -c include.path="$git_dir/config" -c core.bare=true fetch --quiet --no-tags --depth 1 origin "$target" 2>&1)
  then fact target-here fetchable; else fact target-here no; fact target-error "$(printf '%s\\n' "$error" | tail -n 1)"; fi
fi
`;
}

/** What differs between two releases; tags that the checkout has not fetched are asked of its remote, for a service may call itself by them. Facts: `commit` (sha, time, author, subject, between `␟` signs: facts hold no control characters), `commit-count`, `changed-count`, `changed` (the first 200 paths), names and subjects. */
export function difference(from: string, to: string): string {
  return `from=${quote(from)}; to=${quote(to)}
repo log --max-count=100 --format='%H␟%aI␟%an␟%s' "$to..$from" 2>/dev/null | facts commit
fact commit-count "$(repo rev-list --count "$to..$from" 2>/dev/null)"
repo -c core.quotePath=false diff --name-only "$from" "$to" 2>/dev/null | head -n 200 | facts changed
fact changed-count "$(repo diff --name-only "$from" "$to" 2>/dev/null | wc -l)"
for sha in "$from" "$to"; do
  fact "subject-$sha" "$(repo log -1 --format=%s "$sha" 2>/dev/null || git -c safe.directory='*' --git-dir="$source_dir" log -1 --format=%s "$sha" 2>/dev/null)"
  names=$(repo tag --points-at "$sha" 2>/dev/null) || names=
  [ -n "$names" ] || names=$(timeout 10 git -C "$app" -c safe.directory="$app" ls-remote --tags origin 2>/dev/null | awk -v sha="$sha" '$1 == sha { sub(/^refs\\/tags\\//, "", $2); sub(/\\^\\{\\}$/, "", $2); print $2 }')
  [ -z "$names" ] || printf '%s\\n' "$names" | facts "tag-$sha"
done
`;
}

/** Paths that going from this host's release to the target changes: fact `changed`. */
export const changedPaths = `repo diff --name-only HEAD "$target" 2>/dev/null | facts changed\n`;

/** Brings the target into the checkout's object store; nothing else changes. */
export function fetchCommit(target: string): string {
  return `target=${quote(target)}
here() { repo cat-file -e "$target^{commit}" 2>/dev/null; }
if ! here; then
  depth=; [ "$(repo rev-parse --is-shallow-repository)" = true ] && depth='--depth 1'
  repo fetch --quiet --no-tags --no-recurse-submodules $depth origin "$target" || repo fetch --quiet --tags --no-recurse-submodules origin
  here || { echo "commit $target is neither in the checkout nor at its remote" >&2; exit 1; }
fi
`;
}
