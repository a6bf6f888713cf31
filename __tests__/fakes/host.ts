import type { Host, Job, JobEnd, JobState } from '../../src/ports.ts';

/** How a job ends; left out is `finished` with status 0. */
type Ending = { readonly code?: number; readonly output?: string } | Exclude<JobEnd, { kind: 'finished' }>;
export type Act = (job: Job) => Ending | Promise<Ending>;

/** A host that keeps to its word like a real one: a job that finished is not run again. What a job does is the test's own. */
export class FakeHost implements Host {
  /** Ids of the jobs that were run, in order. */
  readonly ran: string[] = [];
  readonly name: string;
  readonly #act: Act;
  readonly #ended = new Map<string, JobEnd>();

  constructor(name: string, act: Act = () => ({})) {
    this.name = name;
    this.#act = act;
  }

  async perform(job: Job): Promise<JobEnd> {
    const known = this.#ended.get(job.id);
    if (known !== undefined) return known;
    this.ran.push(job.id);
    const acted = await this.#act(job);
    const end: JobEnd = 'kind' in acted ? acted : { kind: 'finished', code: 0, output: '', facts: new Map(), ...acted };
    if (end.kind === 'finished') this.#ended.set(job.id, end);
    return end;
  }

  async journal(): Promise<readonly JobState[]> {
    return this.ran.map((id) => ({ id, state: 'finished' }));
  }

  async ask(): Promise<never> {
    throw new Error('nothing is asked here');
  }

  async dial(): Promise<never> {
    throw new Error('nothing is dialled here');
  }
}
