import type { Engine, EngineName } from './engine.ts';
import { mysql } from './mysql.ts';
import { postgresql } from './postgresql.ts';

const engines: Readonly<Record<EngineName, Engine>> = { mysql, postgresql };

/** The engine of that name; undefined when there is none. */
export function engineNamed(name: string): Engine | undefined {
  return Object.values(engines).find((engine) => engine.name === name);
}

/** For people: what a database may be. */
export const engineTitles: readonly string[] = Object.values(engines).map(({ title }) => title);
