/** What becomes of a backup on a host when it was restored beside the live data and looked at. Scripts are safe to run again. */
import type { BackupKind } from './backup.ts';
import { quote } from './quote.ts';

/** Its manifest says that it was restored and compared, and how long the restore took. */
export function markRestored(file: string, seconds: number): string {
  return `manifest=${quote(`${file}.json`)}
sed 's/"verified":"quick"/"verified":"full","restore-seconds":${seconds}/' "$manifest" > "$manifest.part"
mv "$manifest.part" "$manifest"
`;
}

/** It is no backup any more: no restore finds it. A person can look at it; only the last one of its kind is there for that. */
export function setAside(file: string, kind: BackupKind): string {
  return `file=${quote(file)}
if [ -f "$file.json" ]; then
  rm -f "\${file%/*}"/unverified-${kind}-*
  mv "$file" "\${file%/*}/unverified-\${file##*/}"
  rm -f "$file.json"
fi
`;
}
