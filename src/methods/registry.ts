import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { database } from './database.ts';
import { git } from './git.ts';
import type { Method } from './method.ts';

/** The values of the input `method`. */
export const methods: Readonly<Record<string, Method>> = { git, database, 'blue-green': blueGreen, canary };

export const methodNames: readonly string[] = Object.keys(methods);
