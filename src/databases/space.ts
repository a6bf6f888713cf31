/** Room for the restored data on the disk of the database server, where that is this host. */
import type { Failure } from '../errors.ts';
import type { EngineName } from './engine.ts';
import { bytesOf, megabytes, type Looked } from './look.ts';

const folders: Readonly<Record<EngineName, string>> = {
  mysql: "db -e 'SELECT @@datadir' 2>/dev/null || echo /var/lib/mysql",
  postgresql: "db -e 'SHOW data_directory' 2>/dev/null || echo /var/lib/postgresql",
};

/** Read only; follows `client()`. Fact `database-free`: `<bytes> <folder>`, where the server's data lies on this host. */
export function askSpace(engine: EngineName): string {
  return `case " localhost 127.0.0.1 ::1 $(hostname -I 2>/dev/null) " in
  *" \${database_address:-localhost} "*)
    data_folder=$(${folders[engine]}) || data_folder=
    if [ -n "$data_folder" ] && data_free=$(df -Pk "$data_folder" 2>/dev/null | awk 'NR == 2 { print $4 * 1024 }') && [ -n "$data_free" ]; then fact database-free "$data_free $data_folder"; fi
    ;;
esac
`;
}

/** A full disk under the live data would stop it: the restored data needs as much again. */
export function roomForRestored(database: Looked): readonly Failure[] {
  const { host, facts } = database;
  const [free, ...folder] = (facts.get('database-free') ?? [''])[0]?.split(' ') ?? [];
  const needed = 1.2 * bytesOf(database);
  if (free === undefined || free === '' || Number(free) >= needed) return [];
  return [{ code: 'disk-full', host, what: `the restored data needs about ${megabytes(needed)} in ${folder.join(' ')}, ${megabytes(Number(free))} are free`, fix: `Free space on ${host}: a full disk would stop the live database.` }];
}
