/** What every migration tool gives to a method. A new one is one file and one line in registry.ts. */
import type { Inputs } from '../inputs.ts';
import type { Migration } from '../outcome.ts';
import type { Facts } from '../ports.ts';

/** What a tool may ask while the run assesses: the database host, read only. */
export type Place = {
  readonly inputs: Inputs;
  readonly host: string;
  /** Full SHAs: the release that the database was migrated by (of an interrupted run that is taken up, what that one found), and the one to go to. */
  readonly from: string;
  readonly to: string;
  /** sh that exports the application's environment; `$secret` is the `database-url` there, if that is an input. */
  readonly environment: string;
  /** Asks the database host a script that starts with `repository()`. */
  ask(script: string): Promise<Facts>;
};

/** One movement of the schema, both ways, as sh that asks first whether it is there already. */
export type Movement = { readonly id: string; readonly title: string; readonly down: string; readonly up: string };

/** The way down to the target release. */
export type Way = {
  /** In order; none when the database is there already. */
  readonly movements: readonly Movement[];
  readonly migrations: readonly Migration[];
  /** What the movements would run, for people and to tell which tables they touch; empty when that cannot be told. */
  readonly sql: string;
  /** sh with facts `as-found` for the revisions that the database is at. */
  readonly asFound: string;
};

/** @throws RollbackError when the database cannot go down to the target. */
export type MigrationTool = (place: Place) => Promise<Way>;
