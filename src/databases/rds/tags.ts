/** Tags by which what a run made in AWS is known again, whoever asks. Keys and values: letters, digits, blanks and `_.:/=+-@`. */
import { parts, text, type Description } from './description.ts';

export type Tag = { Key: string; Value: string };

const ours = 'rollback-action:';
const jobPrefix = `${ours}job:`;

export const runTag = `${ours}run`;
/** On what was restored: the identifier that its source had. */
export const sourceTag = `${ours}source`;
/** On what was restored: `snapshot:<id>`, `time:<ISO 8601>`, `time:latest`. */
export const fromTag = `${ours}from`;
/** On snapshots: `backup`, made before a deployment, or `rollback`, of what was about to be replaced. */
export const byTag = `${ours}by`;
/** Full SHA of the release whose data a snapshot holds; on snapshots only. */
export const releaseTag = `${ours}release`;
/** On a member of a restored cluster: which member of the source it stands for. */
export const memberTag = `${ours}member`;

export function tagsOf(of: Description): readonly Tag[] {
  return parts(of, 'TagList').map((each) => ({ Key: text(each, 'Key') ?? '', Value: text(each, 'Value') ?? '' }));
}

export function tagValue(of: Description, key: string): string | undefined {
  return tagsOf(of).find(({ Key }) => Key === key)?.Value;
}

/** The tags that its owner gave it: without ours, and without AWS's own (`aws:cloudformation:…`), which a call may not name. */
export function userTags(of: Description): Tag[] {
  return tagsOf(of).filter(({ Key }) => !Key.startsWith(ours) && !Key.startsWith('aws:'));
}

/** A value that AWS takes as a tag's. */
export function tagText(value: string): string {
  return value.replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_').slice(0, 256);
}

/** Says on what a run made that one of its jobs was begun or has finished, and when. */
export function jobTag(id: string, state: 'running' | 'finished', now: number): Tag {
  return { Key: `${jobPrefix}${id}`, Value: `${new Date(now).toISOString()} ${state}` };
}

export type TaggedJob = { readonly id: string; readonly state: 'running' | 'finished'; readonly at: string };

export function jobsOn(of: Description): readonly TaggedJob[] {
  return tagsOf(of).filter(({ Key }) => Key.startsWith(jobPrefix)).map(({ Key, Value }) => {
    const [at = '', state = ''] = Value.split(' ');
    return { id: Key.slice(jobPrefix.length), state: state === 'finished' ? 'finished' : 'running', at };
  });
}
