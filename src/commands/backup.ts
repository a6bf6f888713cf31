/** What every backup on a host shares: its folder, its name, its manifest, and how many are kept. */
import { quote, words } from './quote.ts';

export type BackupPlace = {
  /** Absolute. */
  readonly folder: string;
  /** How many of a kind stay; at least 1. Absent: older ones are left until `pruneBackups` is run. */
  readonly keep?: number;
  /** What makes it: `backup` before a deployment, `rollback` of what it is about to replace. */
  readonly by: 'backup' | 'rollback';
  readonly environment: string;
  /** The checkout, absolute: applications and environments may share the folder. */
  readonly app: string;
  readonly run: string;
  /** The release that is saved, full SHA. */
  readonly release: string;
  /** When the run started, `20261123T101500Z`: names sort by time. */
  readonly stamp: string;
  /** Releases that were known good: the newest backup of one of them is never pruned. */
  readonly good: readonly string[];
  /** Backups that are in use, by their paths: never pruned. */
  readonly used?: readonly string[];
};

export type BackupKind = 'database' | 'app';

/** Makes the folder, readable by nobody else, and names the backup: `$file`, written as `$file.part` until it is verified. */
export function backupFolder({ folder, stamp, run, release }: BackupPlace, kind: string, ending: string): string {
  return `umask 077
backup_dir=${quote(folder)}
[ -d "$backup_dir" ] || mkdir -p -m 0700 "$backup_dir" 2>/dev/null || as_root install -d -o "$(id -un)" -g "$(id -gn)" -m 0700 "$backup_dir"
file=$backup_dir/${quote(`${kind}-${stamp}-${release.slice(0, 7)}-${run}.${ending}`)}
details=
rm -f "$file.part"
`;
}

/**
 * Renames a verified `$file.part`, writes its manifest (`$details` are its own JSON fields) and tells: facts `backup`, `location`, `bytes`, `sha256`,
 * and `manifest`, its line. Then prunes, unless that is left for later.
 */
export function finishBackup(place: BackupPlace, kind: BackupKind): string {
  const { run, release, by, keep } = place;
  const fixed = `${whose(place, kind)}${JSON.stringify({ run, by, release, verified: 'quick' }).replace('{', ',').slice(0, -1)}`;
  return `if [ -f "$file.part" ]; then
  bytes=$(stat -c %s "$file.part"); sha256=$(sha256sum < "$file.part" | cut -c 1-64)
  printf '%s,"time":"%s","bytes":%s,"sha256":"%s"%s}\\n' ${quote(fixed)} "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$bytes" "$sha256" "\${details:+,$details}" > "$file.json.part"
  sync "$file.part" 2>/dev/null || :
  mv "$file.part" "$file"; mv "$file.json.part" "$file.json"
fi
sed -n 's/.*"bytes":\\([0-9]*\\),"sha256":"\\([0-9a-f]*\\)".*/\\1 \\2/p' "$file.json" | { read -r bytes sha256; fact bytes "$bytes"; fact sha256 "$sha256"; }
fact backup ${kind}
fact location "$file"
fact manifest "$(head -n 1 "$file.json")"
${keep === undefined ? '' : pruneBackups({ ...place, keep }, kind)}`;
}

/**
 * Takes away what is older than the newest `keep` of a kind: of this application and environment only, never the newest of a release that was
 * known good, never one that is in use, and never `$file`, the one just made, where that is set.
 */
export function pruneBackups({ keep, good, used = [], ...place }: BackupPlace & { readonly keep: number }, kind: BackupKind): string {
  return `cd ${quote(place.folder)}
manifests=$(ls -1r ${kind}-*.json 2>/dev/null | while IFS= read -r manifest; do if grep -qF ${quote(`${whose(place, kind)},`)} "$manifest"; then echo "$manifest"; fi; done)
last_good=
for manifest in $manifests; do
  for line in ${words(...good.map((sha) => `"release":"${sha}"`))}; do
    if [ -z "$last_good" ] && grep -qF "$line" "$manifest"; then last_good=$manifest; fi
  done
done
printf '%s\\n' "$manifests" | tail -n +${keep + 1} | while IFS= read -r manifest; do
  backup=$PWD/\${manifest%.json}
  if [ "$manifest" = "$last_good" ] || [ "$backup" = "\${file-}" ]; then continue; fi
  for each in ${words(...used)}; do if [ "$backup" = "$each" ]; then continue 2; fi; done
  rm -f "$backup" "$manifest"
done
cd /
`;
}

/** The beginning of a manifest, which says what it is a backup of. */
function whose({ environment, app }: Pick<BackupPlace, 'environment' | 'app'>, kind: BackupKind): string {
  return JSON.stringify({ kind, environment, app }).slice(0, -1);
}
