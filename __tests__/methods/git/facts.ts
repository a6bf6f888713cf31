import type { GitFacts, TargetOnHost } from '../../../src/methods/git/assess.ts';
import { well } from '../../assess/facts.ts';

export const v2 = '2'.repeat(40);
export const v3 = '3'.repeat(40);

/** Hosts on v3 that are to go to v2, where `app.py` differs. */
export function gitFacts(hosts: Readonly<Record<string, Partial<Omit<TargetOnHost, 'facts'>> & { readonly facts?: Partial<TargetOnHost['facts']> }>>): GitFacts {
  return {
    hosts: Object.entries(hosts).map(([host, { facts, ...rest }]) => ({ toFetch: false, changed: ['app.py'], ...rest, facts: { ...well, host, head: v3, ...facts } })),
    from: v3, target: { sha: v2, rule: 'message' }, between: new Map(),
  };
}

export const database = { role: { app: true, database: true } };
export const databaseOnly = { role: { app: false, database: true } };
