/** How a checkout is taken to another release and back to exactly how it was found. Each script follows `repository()` of git.ts. */
import { quote, words } from './quote.ts';

/** A lock that a crashed git left behind. One that may be in use was refused in the assessment. */
const dropStaleLock = `[ -e "$git_dir/index.lock" ] && [ $(( $(date +%s) - $(stat -c %Y "$git_dir/index.lock") )) -gt 600 ] && rm -f "$git_dir/index.lock"
`;

/**
 * Files that git was told not to look at (`update-index --assume-unchanged`, `--skip-worktree`) and that are there count like any other: a
 * checkout would either stop at them or write over them. Works on the index of `GIT_INDEX_FILE`.
 */
const lookAtAll = `hidden_files() {
  repo ls-files -v -z | tr '\\0' '\\n' | sed -n 's/^[a-zS] //p' | while IFS= read -r file; do
    if [ -e "$app/$file" ] || [ -L "$app/$file" ]; then printf '%s\\n' "$file"; fi
  done | tr '\\n' '\\0'
}
hidden_files | repo update-index --no-skip-worktree -z --stdin
hidden_files | repo update-index --no-assume-unchanged -z --stdin
`;

/**
 * What git does not track, where the target has something of that name: files and links (also one in the place of a folder) go into the
 * tree that is kept. A folder of files in the place of a file would be removed whole, so it ends the run here, where nothing was touched yet.
 */
const addWhatIsInTheWay = `  comm -23 "$new/target-files" "$new/tracked-files" | while IFS= read -r file; do
    way=$file in_the_way=
    while :; do
      if [ -L "$app/$way" ] || { [ -e "$app/$way" ] && [ ! -d "$app/$way" ]; }; then in_the_way=$way; fi
      case $way in */*) way=\${way%/*};; *) break;; esac
    done
    if [ -n "$in_the_way" ]; then (cd "$app" && repo --literal-pathspecs add --force -- "$in_the_way")
    elif [ -d "$app/$file" ] && [ -n "$(repo --literal-pathspecs ls-files --others -- "$file" | head -n 1)" ]; then
      echo "$app/$file is a folder with files that git does not track, and the target has a file there: move it away first" >&2
      exit 1
    fi
  done
`;

/**
 * Writes down how the checkout was found: commit, branch, index, and a tree of its files with their local changes (and of untracked
 * files where the target has one of the same name). Local changes are also kept for people: a ref and a patch.
 * Material of the interrupted run that this one takes up (`runJson` is its line then) is not overwritten: what that run found is what an
 * undo goes back to. Older material, from before another deployment, is set aside.
 * Facts: `found-head`, `saved-ref`, `saved-patch` when there were local changes.
 */
export function keepCheckout(options: {
  readonly target: string; readonly run: string; readonly runJson: string;
  /** The assessment's answers, to compare with after an undo: `checkout`, `database`. */
  readonly asFound: Readonly<Record<string, readonly string[]>>;
}): string {
  return `target=${quote(options.target)}; run=${quote(options.run)}
${dropStaleLock}
begun=${quote(options.runJson)}
if [ -d "$found" ] && [ "$(cat "$found/run")" != "$begun" ]; then
  mkdir -p "$git_dir/rollback-action/failed"
  mv "$found" "$git_dir/rollback-action/failed/stale-$(date +%s)-$run"
fi
if [ ! -d "$found" ]; then
  new=$git_dir/rollback-action/found.new
  rm -rf "$new"; mkdir -p "$new"
  repo rev-parse --verify HEAD > "$new/head"
  repo symbolic-ref --quiet HEAD > "$new/branch" || : > "$new/branch"
  if [ -f "$git_dir/index" ]; then cp -p "$git_dir/index" "$new/index"; cp "$git_dir/index" "$new/work-index"; fi
  GIT_INDEX_FILE=$new/work-index; export GIT_INDEX_FILE
  ${lookAtAll.trim().replaceAll('\n', '\n  ')}
  repo add --update -- "$app"
  repo ls-tree -r --name-only -z "$target" | tr '\\0' '\\n' | sort > "$new/target-files"
  repo ls-files -z | tr '\\0' '\\n' | sort > "$new/tracked-files"
${addWhatIsInTheWay}  tree=$(repo write-tree)
  unset GIT_INDEX_FILE
  printf '%s\\n' "$tree" > "$new/tree"
  if [ "$tree" != "$(repo rev-parse 'HEAD^{tree}')" ]; then
    saved=$(echo "Local changes found by rollback $run" | repo commit-tree "$tree" -p HEAD)
    repo update-ref "refs/rollback-action/saved/$run" "$saved"
    repo diff --binary HEAD "$saved" > "$new/local-changes.patch"
  fi
  rm -f "$new/target-files" "$new/tracked-files" "$new/work-index"
${Object.entries(options.asFound).map(([what, lines]) => `  printf '%s\\n' ${words(...lines)} > "$new/as-found-"${quote(what)}\n`).join('')}  printf '%s\\n' "$begun" > "$new/run"
  mv "$new" "$found"
fi
fact found-head "$(cat "$found/head")"
if [ -f "$found/local-changes.patch" ]; then
  fact saved-ref "refs/rollback-action/saved/$run"
  mkdir -p "$git_dir/rollback-action/saved"
  cp "$found/local-changes.patch" "$git_dir/rollback-action/saved/$run.patch"
  fact saved-patch "$git_dir/rollback-action/saved/$run.patch"
fi
`;
}

const updateSubmodules = `if [ -f "$app/.gitmodules" ]; then
  repo submodule --quiet sync --recursive
  repo submodule --quiet update --init --recursive --force
fi
`;

/** The tree exactly at the target: every tracked file, submodules with the target's pins. */
export function checkout(target: string): string {
  return `target=${quote(target)}
${dropStaleLock}
if [ -d "$found" ]; then : > "$found/touched"; fi
at_target() { [ "$(repo rev-parse HEAD)" = "$target" ] && repo update-index -q --refresh >/dev/null && repo diff-index --quiet HEAD; }
${lookAtAll}if ! at_target; then
  repo checkout --quiet --force --detach "$target"
fi
${updateSubmodules}
at_target || { echo "the checkout is not exactly $target" >&2; repo status --short | head -n 20 >&2; exit 1; }
fact head "$target"
`;
}

/** The mirror of `checkout`: files, index, commit and branch as they were found. */
export const checkoutBack = `${dropStaleLock}
if [ -d "$found" ]; then
  tree=$(cat "$found/tree")
  ${lookAtAll.trim().replaceAll('\n', '\n  ')}
  repo read-tree --reset -u "$tree"
  repo checkout-index --all --force --quiet
  branch=$(cat "$found/branch")
  if [ -n "$branch" ]; then repo symbolic-ref HEAD "$branch"; else repo update-ref --no-deref HEAD "$(cat "$found/head")"; fi
  [ "$(repo rev-parse HEAD)" = "$(cat "$found/head")" ] || repo update-ref --no-deref HEAD "$(cat "$found/head")"
  ${updateSubmodules.replaceAll('\n', '\n  ')}
  if [ -f "$found/index" ]; then cp -p "$found/index" "$git_dir/index"; fi
  repo update-index -q --refresh >/dev/null || :
fi
`;

/** The run is over: what was kept for its undo goes, or stays under the run's name when a person may need it. */
export function closeFound(options: { readonly keepAs?: string }): string {
  if (options.keepAs === undefined) return `rm -rf "$found"\n`;
  return `if [ -d "$found" ]; then mkdir -p "$git_dir/rollback-action/failed"; mv "$found" "$git_dir/rollback-action/failed/"${quote(options.keepAs)}; fi\n`;
}
