import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { mysql } from '../../src/databases/mysql.ts';
import { quote } from '../../src/commands/quote.ts';
import { runScript, type Ran } from './script.ts';
import type { Server } from './server.ts';

export const names = { live: 'shop', restored: 'shop_rb_0a1b2c3d', kept: 'shop_was_0a1b2c3d' };
export const { beside } = mysql;

/** Scripts as the steps of a restore run them, in a folder of their own, with the rights of the server's own account. */
export type Scene = {
  readonly folder: string;
  ask(script: string, path?: string): Promise<Ran>;
  must(script: string): Promise<Ran['facts']>;
  /** A dump with its manifest; its path. */
  dump(): Promise<string>;
  end(): void;
};

export function openScene(server: Server): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'rollback beside '));
  const begin = `cd ${quote(folder)}\n${mysql.client({ kind: 'secret' })}${beside.admin('socket')}fence=${quote(join(folder, 'fence.grants'))}
as_admin() { db_on() { on_database=$1; shift 2; db_admin "$on_database" "$@"; }; }
`;
  const scene: Scene = {
    folder,
    ask: (script, path = process.env['PATH'] ?? '') => runScript(begin + script, { secret: server.url('shop'), env: { ...process.env, PATH: path } }),
    async must(script) {
      const { code, output, facts } = await scene.ask(script);
      expect([code, output]).toEqual([0, '']);
      return facts;
    },
    async dump() {
      const facts = await scene.must(mysql.dump({ folder, keep: 5, environment: 'production', app: '/var/www/app', run: '42-1', release: 'a'.repeat(40), stamp: '20261123T101500Z', good: [], by: 'backup' }));
      return facts.get('location')?.[0] ?? '';
    },
    end() { rmSync(folder, { recursive: true, force: true }); },
  };
  return scene;
}

export const load = (file: string): string => `file=${quote(file)}\n${beside.restore(names)}`;

export function dropAll(server: Server): void {
  server.sql(Object.values(names).map((name) => `DROP DATABASE IF EXISTS \`${name}\``).join(';'));
  server.createDatabase('shop');
}
