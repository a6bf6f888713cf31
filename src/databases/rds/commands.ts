/** What a plan's steps say to RDS: one JSON object a step. It stands where a host has a script; every one can be given again. */
import type { Target } from './port.ts';
import type { PointInTime } from './requests.ts';

/** Where a restore comes from, as the assessment settled it. */
export type Source = { readonly kind: 'snapshot'; readonly id: string } | { readonly kind: 'time'; readonly at: PointInTime };

/** How an instance or cluster is known whatever it is called: the resource id that AWS gave it, or that this run restored it. */
export type Whose = { readonly resource: string } | 'restored';

export type Command =
  /** `by`: before a deployment, or by a rollback of what it was about to replace. */
  | { readonly rds: 'snapshot'; readonly of: Target; readonly snapshot: string; readonly by: 'backup' | 'rollback'; readonly release?: string }
  /** `address`: the name that clients will use, which the plan goes by. */
  | { readonly rds: 'restore'; readonly of: Target; readonly from: Source; readonly as: string; readonly address?: string }
  /** What a restore call cannot say, then the comparison with `of`. */
  | { readonly rds: 'match'; readonly of: Target; readonly restored: string }
  | { readonly rds: 'rename'; readonly from: Target; readonly to: string; readonly whose: Whose };

/** The source in a tag's value. */
export function tellFrom(from: Source): string {
  return from.kind === 'snapshot' ? `snapshot:${from.id}` : `time:${from.at === 'latest' ? 'latest' : new Date(from.at).toISOString()}`;
}

/** The steps by which a later run sees how far an earlier one came. */
export const stepIds = { snapshot: 'rds-snapshot', restore: 'rds-restore', match: 'rds-match', renameLive: 'rds-rename-live', renameRestored: 'rds-rename-restored' } as const;

export function writeCommand(command: Command): string {
  return JSON.stringify(command);
}

/** @throws Error when it is no command: a mistake in the plan. */
export function readCommand(script: string): Command {
  const read: unknown = JSON.parse(script);
  if (!isCommand(read)) throw new Error(`This is no command for RDS: ${script.slice(0, 200)}`);
  return read;
}

function isCommand(read: unknown): read is Command {
  const command = fields(read);
  const isText = (name: string): boolean => typeof command.get(name) === 'string';
  switch (command.get('rds')) {
    case 'snapshot':
      return isTarget(command.get('of')) && isText('snapshot') && (command.get('by') === 'backup' || command.get('by') === 'rollback') && (isText('release') || !command.has('release'));
    case 'restore':
      return isTarget(command.get('of')) && isText('as') && isSource(command.get('from')) && (isText('address') || !command.has('address'));
    case 'match':
      return isTarget(command.get('of')) && isText('restored');
    case 'rename':
      return isTarget(command.get('from')) && isText('to') && (command.get('whose') === 'restored' || typeof fields(command.get('whose')).get('resource') === 'string');
    default:
      return false;
  }
}

function isTarget(read: unknown): boolean {
  const target = fields(read);
  return (target.get('kind') === 'instance' || target.get('kind') === 'cluster') && typeof target.get('id') === 'string';
}

function isSource(read: unknown): boolean {
  const source = fields(read);
  const at = source.get('at');
  return (source.get('kind') === 'snapshot' && typeof source.get('id') === 'string') || (source.get('kind') === 'time' && (at === 'latest' || typeof at === 'number'));
}

function fields(read: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof read === 'object' && read !== null ? Object.entries(read) : []);
}
