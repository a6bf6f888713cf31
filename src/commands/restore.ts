/** Finding and proving backups on the database host. */
import { quote } from './quote.ts';

/** Read only. Facts: `backup-found` for each backup of a database with a manifest: size, path and the manifest's line, between `␟` signs. */
export function findBackups(folder: string): string {
  return `for manifest in ${quote(folder)}/database-*.json; do
  [ -f "$manifest" ] && [ -f "\${manifest%.json}" ] || continue
  fact backup-found "$(stat -c %s "\${manifest%.json}")␟\${manifest%.json}␟$(head -n 1 "$manifest")"
done
`;
}

/** Read only. The same for one file; `backup-file` is `missing`, `unreadable` or its size where it has no manifest. */
export function findBackup(file: string): string {
  return `file=${quote(file)}
if [ ! -e "$file" ]; then fact backup-file missing
elif [ ! -f "$file" ] || [ ! -r "$file" ]; then fact backup-file unreadable
elif [ -r "$file.json" ]; then fact backup-found "$(stat -c %s "$file")␟$file␟$(head -n 1 "$file.json")"
else fact backup-file "$(stat -c %s "$file")"; fi
`;
}

/** Fails unless `$file` is to the byte what was verified when it was made. */
export function proveBackup(file: string, { bytes, sha256 }: { readonly bytes: number; readonly sha256: string }): string {
  return `file=${quote(file)}
[ -f "$file" ] || { echo "$file is not there any more" >&2; exit 1; }
size=$(stat -c %s "$file")
[ "$size" = ${bytes} ] || { echo "$file has $size bytes, it had ${bytes} when it was verified" >&2; exit 1; }
[ "$(sha256sum < "$file" | cut -c 1-64)" = ${quote(sha256)} ] || { echo "$file is not what was verified: its SHA-256 is another" >&2; exit 1; }
fact proved "$file"
`;
}

/** Fails where `prove`, which may tell facts `backup-damaged` of `$file`, has told any. */
export function proveForeign(file: string, prove: string): string {
  return `file=${quote(file)}
${prove}
damaged=$(sed -n 's/^backup-damaged=//p' facts)
[ -z "$damaged" ] || { printf '%s\\n' "$damaged" >&2; exit 1; }
fact note ${quote(`${file} was not made by this action: it is whole as far as such a file can say so itself.`)}
`;
}
