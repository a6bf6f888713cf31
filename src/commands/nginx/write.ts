/** How the file is written, and put back. */
import { quote } from '../quote.ts';
import { helper, type Way } from './place.ts';

/** What root does for the user, word for word as in sudoers. `tee` and `cp` print and ask nothing; `mv` on one file system is one act. */
export function writingCommands(file: string, besideFile: string): readonly (readonly string[])[] {
  return [
    ['cp', '-a', file, besideFile],
    ['tee', besideFile],
    ['mv', '-T', besideFile, file],
    ['rm', '-f', besideFile],
  ];
}

/**
 * sh, after the functions of place.ts, processes.ts, reload.ts:
 * - `put_text FILE`     the bytes of FILE become those of the configuration file, which keeps mode, owner and whatever else it has (the copy takes
 *                       all of that, then the bytes); in one act. Else `$put_said`
 * - `came_into_force`   whether nginx may have read the new file: this run has reloaded it, or somebody else did
 * - `put_back`          the file as it was found, in force if the new one was; else `$why`. Safe to repeat.
 */
export function writeFunctions(way: Way): string {
  return `way=${quote(way)}
as_writer() { if [ "$way" = sudo ]; then as_root "$@"; else "$@"; fi; }
write_text() {
  if [ "$way" = helper ]; then as_root ${helper} "$file" "$upstream" <"$1"; return; fi
  if as_writer cp -a "$file" "$beside" && as_writer tee "$beside" <"$1" >/dev/null && as_writer mv -T "$beside" "$file"; then return 0; fi
  as_writer rm -f "$beside" || :
  return 1
}
put_text() {
  put_said=$(write_text "$1" 2>&1) && return 0
  put_said=$(printf '%s' "$put_said" | head -n 1 | cut -c 1-300)
  return 1
}
${puttingBack}`;
}

const puttingBack = `came_into_force() {
  find_master
  [ -e "$kept/reloaded" ] || [ -n "$(only_in "$(workers)" "$(cat "$kept/workers" 2>/dev/null)")" ]
}
put_back() {
  if [ ! -e "$kept/old-hash" ]; then say "$file had not been touched"; return 0; fi
  old_hash=$(cat "$kept/old-hash") on_disk=$(hash_now)
  if [ "$on_disk" != "$old_hash" ]; then
    if ! grep -qxF -e "$on_disk" "$kept/ours" 2>/dev/null; then
      why="somebody else has changed $file meanwhile, so it is left alone; as this run found it, it lies in $kept/old"
      return 1
    fi
    put_text "$kept/old" || { why="$file could not be put back ($put_said); as it was, it lies in $kept/old"; return 1; }
    [ "$(hash_now)" = "$old_hash" ] || { why="$file was put back and has other bytes all the same; as it was, it lies in $kept/old"; return 1; }
  elif [ "$way" != helper ] && [ -e "$beside" ]; then
    as_writer rm -f "$beside" || :
  fi
  [ "$(attributes_now)" = "$(cat "$kept/attributes")" ] || { why="$file has mode and owner $(attributes_now) now; they were $(cat "$kept/attributes")"; return 1; }
  if ! came_into_force; then say "$file is as it was found; the new one had not come into force"; return 0; fi
  if test_config && reload_proved; then say "$file is as it was found, and in force"; return 0; fi
  find_master
  if [ -z "$master" ]; then why="$file is as it was found, but nginx does not run any more"; return 1; fi
  if [ -z "$(only_in "$(workers)" "$(cat "$kept/workers" 2>/dev/null)")" ]; then
    say "$file is as it was found. nginx takes no reload ($why), and goes on with the workers that it had before: the new file never came into force"
    return 0
  fi
  why="$file is as it was found, but not in force: $why"
  return 1
}
`;
