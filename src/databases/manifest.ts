/** What stands beside every backup as `<file>.json`, one line: what it is, of which release, and how it is proved. */
import type { EngineName } from './engine.ts';

export type Manifest = {
  readonly kind: 'database' | 'app';
  readonly environment: string;
  /** The checkout. */
  readonly app: string;
  /** The run that made it. */
  readonly run: string;
  /** What made it: `backup` before a deployment, `rollback` of what it was about to replace. Absent in those of the first release. */
  readonly by?: 'backup' | 'rollback';
  /** Full SHA. */
  readonly release: string;
  /** ISO 8601, the host's clock. */
  readonly time: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly engine?: EngineName;
  /** The server's own version text. */
  readonly server?: string;
  /** Revisions of alembic, parted by blanks; empty when there are none. */
  readonly revision?: string;
  readonly tables?: number;
  /** Rows by table, at the moment of the dump. */
  readonly rows?: Readonly<Record<string, number>>;
  /** Place in the server's log at the moment of the dump: `mariadb-bin.000003:1234`, `0/1A2B3C8`; empty when the server tells none. */
  readonly position?: string;
  /** Of the schema, as the engine's `fingerprint_in` tells it. */
  readonly schema?: string;
  /** How long the dump took. */
  readonly seconds?: number;
  /** How long it took to restore it, when it was verified in full. */
  readonly 'restore-seconds'?: number;
  /** Of the dump before it was compressed, where it is. */
  readonly 'sql-bytes'?: number;
  readonly 'sql-sha256'?: string;
  /** `full`: it was restored into a scratch database and compared. */
  readonly verified?: 'quick' | 'full';
};

/** A manifest of our own; undefined when it is damaged, or of another program. */
export function readManifest(line: string): Manifest | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isManifest(read) ? read : undefined;
}

const texts = ['environment', 'app', 'run', 'release', 'time', 'sha256'];

function isManifest(read: unknown): read is Manifest {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return false;
  const fields = new Map<string, unknown>(Object.entries(read));
  const isOptional = (name: string, type: string): boolean => fields.get(name) === undefined || typeof fields.get(name) === type;
  return (fields.get('kind') === 'database' || fields.get('kind') === 'app')
    && texts.every((name) => typeof fields.get(name) === 'string')
    && /^[0-9a-f]{64}$/.test(String(fields.get('sha256'))) && /^[0-9a-f]{40,64}$/.test(String(fields.get('release')))
    && Number.isSafeInteger(fields.get('bytes'))
    && ['engine', 'server', 'revision', 'position', 'schema', 'sql-sha256', 'by', 'verified'].every((name) => isOptional(name, 'string'))
    && ['tables', 'seconds', 'restore-seconds', 'sql-bytes'].every((name) => isOptional(name, 'number'))
    && isOptional('rows', 'object');
}
