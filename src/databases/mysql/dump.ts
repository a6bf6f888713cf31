/** A dump that is proved before it counts as a backup. Follows `databasePrelude()` of commands/mysql.ts. */
import { backupFolder, finishBackup, type BackupPlace } from '../../commands/backup.ts';
import { missingPrivileges } from './facts.ts';
import { ours } from './fingerprint.ts';

/**
 * One consistent snapshot with routines, events and triggers. It counts only when the dump program ended well, its last line says so, and it
 * makes every table that the database has; a pipe to gzip would hide the first two, so it is compressed afterwards. Facts as of every
 * backup, and `tables`.
 */
export function dumpDatabase(place: BackupPlace): string {
  return `${backupFolder(place, 'database', 'sql.gz')}[ -n "$dumper" ] || { echo 'neither mariadb-dump nor mysqldump is installed' >&2; exit 1; }
refuse() { rm -f "$file.part" "$file.sql.part"; echo "$*" >&2; exit 1; }
if [ ! -f "$file" ]; then
  options='--single-transaction --quick --triggers --hex-blob --default-character-set=utf8mb4'
  ${missingPrivileges.trim()}
  case $(missing_privileges) in
    *EVENT*) fact note 'the dump holds no events: the user of the database may not see them' ;;
    *) options="$options --events" ;;
  esac
  known=$("$dumper" --no-defaults --help 2>/dev/null) || known=
  for option in --no-tablespaces --set-gtid-purged=OFF --column-statistics=0; do
    case $known in *"\${option%%=*}"*) options="$options $option";; esac
  done
  for table in $(db -e "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE ${ours}"); do options="$options --ignore-table=$database.$table"; done
  if ! said=$(db_dump --routines $options 2>&1 > "$file.sql.part"); then
    printf '%s\\n' "$said" >&2
    case $said in *'insufficient privileges to SHOW CREATE'*) ;; *) refuse 'the dump program failed' ;; esac
    fact note 'the dump holds no routines: some belong to another user of the database'
    db_dump $options > "$file.sql.part" || refuse 'the dump program failed'
  fi
  [ "$(tail -n 1 "$file.sql.part" | cut -c 1-17)" = '-- Dump completed' ] || refuse 'the dump is not complete: its last line is missing'
  tables=$(db -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE ${ours}")
  # The text of a routine may begin a line with anything.
  made=$(awk '/^-- Dumping (routines|events) for database / { exit } /^CREATE TABLE / { count++ } END { print count + 0 }' "$file.sql.part")
  [ "$made" = "$tables" ] || refuse "the dump makes $made tables, the database has $tables"
  revision=$(db -e 'SELECT version_num FROM alembic_version' 2>/dev/null | sort | tr '\\n' ' ') || revision=
  server=$(db -e 'SELECT VERSION()' | tr -cd 'A-Za-z0-9.+_-')
  details="\\"sql-bytes\\":$(stat -c %s "$file.sql.part"),\\"sql-sha256\\":\\"$(sha256sum < "$file.sql.part" | cut -c 1-64)\\",\\"server\\":\\"$server\\",\\"revision\\":\\"$(printf '%s' "\${revision% }" | tr -cd 'A-Za-z0-9_. -')\\",\\"tables\\":$tables"
  gzip -c "$file.sql.part" > "$file.part" || refuse 'the dump could not be compressed'
  gzip -dc "$file.part" | cmp -s - "$file.sql.part" || refuse 'the compressed dump is not the dump'
  rm -f "$file.sql.part"
fi
${finishBackup(place, 'database')}`;
}
