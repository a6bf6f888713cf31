/**
 * What every kind of database gives to methods, as POSIX sh. A new one is one folder and one line in registry.ts.
 *
 * Every text follows `client()` in the same script; texts of `beside` also follow `beside.admin()`. Each is safe to run again after an
 * interruption. Credentials never stand in an argument, in the environment or in a file that others read.
 */
import type { BackupPlace } from '../commands/backup.ts';
import type { DatabaseSource } from '../commands/environment.ts';

export type EngineName = 'mysql' | 'postgresql';

export type Engine = {
  readonly name: EngineName;
  /** For people: `MariaDB or MySQL`. */
  readonly title: string;
  /** The ending of a backup's file: `sql.gz`. */
  readonly ending: string;
  /**
   * Reads the URL and defines
   * - `$database`, its name; `$database_address`, the host's name in the URL, empty for a socket
   * - `db`, the client as the application's user: SQL on standard input or after `-e`, rows as tab-separated lines without a heading; it stops
   *   at the first error, and no meta-command of the client (`\!`, `system`, `source`) is obeyed
   * - `db_on DATABASE ADDRESS …`, the same in another database, and at another address unless it is empty
   * - `rows_in DATABASE ADDRESS`, one line `<rows> <table>` for each table but those that a run keeps aside, counted, sorted by table
   * - `revisions_in DATABASE ADDRESS`, what `alembic_version` holds, sorted, parted by blanks; nothing where there is none
   * - `fingerprint_in DATABASE ADDRESS`, SHA-256 over everything that a migration can define, the same for the same schema in another database
   *
   * Fails with one line when there is no client or no usable URL.
   */
  client(source: DatabaseSource): string;
  /**
   * Read only. Facts: `database-reachable` (`yes`, `no`), `database-error`, `database-name`, `database-server`, `database-bytes` (data and indexes),
   * `database-table` (`<rows> <exact|estimate> <bytes> <engine> <name>`), `database-process` (`<connections> <longest in seconds> <command> <user>`),
   * `database-missing-privilege`, `database-kept` (the name, as `aside.nameOf` makes it, under which an earlier run keeps something aside).
   * @param countUpTo bytes of data up to which a table's rows are counted; above, the server's estimate is told
   */
  facts(countUpTo: number): string;
  /** A verified dump: facts as of every backup (`backup database`, `location`, `bytes`, `sha256`), all fields of its manifest in manifest.ts. */
  dump(place: BackupPlace): string;
  /** Fact `schema-fingerprint`: that of `$database`. */
  readonly schemaFingerprint: string;
  /** Facts `rows` (`<count> <checksum> <table>`), `rows-counted` (`<count> <table>`) for tables with more than `limit` bytes. */
  rowChecksums(limit: number): string;
  readonly aside: Aside;
  readonly beside: Beside;
};

/** Keeping aside, in the same database, what a downgrade takes away, so that an undo brings it back to the byte. */
export type Aside = {
  /** Under which name a run keeps it. */
  nameOf(run: string): string;
  /** Facts: `would-lose` (`<rows> <table>`) of tables and columns that the SQL drops. Read only. */
  countDrops(sql: string): string;
  /** Keeps what the SQL of a downgrade touches (everything when it is empty). Facts: `kept` (`<rows> <table>`). */
  keep(run: string, sql: string): string;
  /** Before the first step up: what the application wrote since. */
  keepWritten(run: string): string;
  /** After the last step up: rows and definitions as they were, what the application wrote meanwhile stays. Fact `written` (`<rows> <table>`). */
  restore(run: string): string;
  /** Facts: `lost` (`<rows> <table>`). */
  lost(run: string): string;
  /** Takes away what was kept; fact `left` for each table that stays for a person. */
  forget(run: string): string;
};

/** The databases of one restore. All on one server; names are `[A-Za-z0-9_$-]{1,63}`, not led by `-`. */
export type Names = {
  /** What the application uses before the run. */
  readonly live: string;
  /** What the backup is restored into. */
  readonly restored: string;
  /** Where the replaced data is after a `swap`; with `repoint` it stays where it is. */
  readonly kept: string;
};

/** A database on a server: `address` is empty for the server of the URL. */
export type At = { readonly database: string; readonly address: string };

/** Whose rights a restore uses: the `database-admin-url`, the application's own, or the server's own account over its socket through `sudo -n`. */
export type Admin = 'url' | 'own' | 'socket';

/** Restoring a dump beside the live data, and taking its place. */
export type Beside = {
  /**
   * Read only. Facts: `admin` with the first of the ways that may create databases, carry grants and (for `swap`) rename; when none may,
   * `admin-missing`, one for each way, the exact line that is missing (a GRANT, a sudoers line).
   */
  askAdmin(offered: { readonly url: boolean; readonly cutover: 'swap' | 'repoint' }): string;
  /**
   * Defines `db_admin DATABASE …`: `db_on` with those rights, on the same server; and `as_admin`, after which `db_on` and all that asks by it
   * (`rows_in` …) have them. The `database-admin-url` is the second line of `$secret`.
   */
  admin(how: Admin): string;
  /** Read only. Fact `cannot-swap` with each reason why these live data cannot be swapped (and that `cutover: repoint` can). */
  obstacles(names: Names): string;
  /**
   * Read only. What a foreign dump (one without a manifest) can be proved by: whether it is whole, of this kind of database, and its client
   * fits. `$file` is the dump. Fact `backup-damaged` with each reason why it must not be used; `backup-note`; `backup-server`, `backup-database`.
   */
  readonly proveForeign: string;
  /**
   * Creates `names.restored` and loads `$file` into it, which was proved; grants of `names.live` are carried to it. Loaded once: when it is
   * there and whole, nothing is done; one that is half there is made again. Facts: `restored-bytes`, `restored-seconds`.
   */
  restore(names: Names): string;
  /**
   * Rows of `from` that are not in `to`: gone, changed, with a value in a column that is not in `to`, of a table that is not in `to`. Equal rows
   * are counted one by one. Facts: `lost` (`<rows> <table>`) where there are any, and `counted yes`.
   * @param file where those rows are written, gzipped SQL that inserts them again as they are in `from`; absent: they are only counted
   */
  lost(from: At, to: At, file?: string): string;
  /** Takes `names.restored` away, where it is not in use; one in which somebody wrote since it was restored stays: fact `left`. */
  forget(names: Names): string;
  /** swap: `restored` is called `live` and what was live `kept`, in one step where the server can; sessions that hold the old one are ended. */
  swap(names: Names): string;
  swapBack(names: Names): string;
  /**
   * repoint: what acts by itself (events) acts on `names.restored` from now on, and on `names.live` no more; `sleep` is its undo. Absent where a
   * database has nothing of the kind.
   */
  readonly wake?: (names: Names) => string;
  readonly sleep?: (names: Names) => string;
  /** Nobody but an administrator can write to `names.live` any more; sessions that hold it are ended. What was taken is written to `$fence`, a file. */
  fence(names: Names): string;
  /** Whoever could write to that data before can again, whatever it is called now; does nothing where `$fence` is not there. */
  unfence(names: Names): string;
};
