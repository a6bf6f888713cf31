/** What a trigger is: questions about production that are asked again and again after a deployment. */
import type { Milliseconds } from '../ports.ts';
import type { Rule } from './decide.ts';
import type { Reading, TriggerName, Window } from './reading.ts';
import type { Scene } from './scene.ts';

/** One question with its source: the health of one address, the error rate of one load balancer. */
export type Question = {
  readonly trigger: TriggerName;
  /** What is asked, for a person; different for every question of a trigger: `https://green.example/health from web-1`. */
  readonly source: string;
  /** Which readings mean that the release has to go back. */
  readonly rule: Rule;
  /** Questions of one group are asked for the same windows, so that they can share what a source tells. All of a group have the same `every`. */
  readonly group: string;
  /** From the beginning of one question to that of the next. */
  readonly every: Milliseconds;
  /** Where the source tells nothing of it at all (a log without times), that is no gap in the watch. */
  readonly optional?: true;
  /** How it was before the deployment, oldest first; empty when the source knows nothing of the past. Never throws. */
  before(): Promise<readonly Reading[]>;
  /**
   * Asks for this window; comes back when the window is over and the source has answered. A source that is late can tell nothing yet, or of
   * several periods at once. Never throws.
   */
  ask(window: Window, signal: AbortSignal): Promise<readonly Reading[]>;
};

/** Makes the questions that the inputs ask for; none where it is not used. */
export type Trigger = {
  readonly name: TriggerName;
  questions(scene: Scene): readonly Question[];
};
