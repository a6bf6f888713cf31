/** A copy of the checkout's own files, for what git does not hold: env files, uploads, local changes. */
import { quote } from './quote.ts';
import type { BackupPlace } from './backup.ts';
import { backupFolder, finishBackup } from './backup.ts';

/**
 * A tar of the checkout without git's objects, virtual environments, node_modules and logs. A file that changes while it is read (tar's
 * exit status 1) is a note and no failure. Facts as of every backup: `backup`, `location`, `bytes`, `sha256`.
 */
export function archiveCheckout(appDir: string, place: BackupPlace): string {
  return `${backupFolder(place, 'app', 'tar.gz')}app=${quote(appDir)}
if [ ! -f "$file" ]; then
  cd "$app"
  {
    find . -name pyvenv.cfg -not -path './.git/*' -exec dirname {} \\;
    case $backup_dir in "$app"/*) printf '.%s\\n' "\${backup_dir#"$app"}" ;; esac
  } | sed 's/[][*?\\\\]/\\\\&/g' > "$file.exclude"
  status=0
  tar -czf "$file.part" --exclude=./.git/objects --exclude=node_modules --exclude='*.log' --exclude=./logs --exclude-from="$file.exclude" . 2> "$file.said" || status=$?
  grep -v '^tar: .*: file changed as we read it$' "$file.said" >&2 || :
  [ "$status" = 0 ] || [ "$status" = 1 ] || { rm -f "$file.part" "$file.exclude" "$file.said"; echo "tar ended with exit status $status" >&2; exit 1; }
  [ "$status" = 0 ] || fact note "some files of $app changed while they were saved"
  rm -f "$file.exclude" "$file.said"
  gzip -t "$file.part" && files=$(tar -tzf "$file.part" | wc -l) && [ "$files" -gt 1 ] || { rm -f "$file.part"; echo 'the archive cannot be read back' >&2; exit 1; }
  details="\\"files\\":$files"
fi
${finishBackup(place, 'app')}`;
}
