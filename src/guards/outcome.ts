/** What became of a guard's question: what its outputs and its summary are made from. Pure data, without secrets. */
import type { RunStart } from '../recording.ts';
import type { GuardVerdict } from './judge.ts';

export type GuardReport = { readonly run: RunStart; readonly commit: string; readonly verdict: GuardVerdict; readonly notes: readonly string[] };
