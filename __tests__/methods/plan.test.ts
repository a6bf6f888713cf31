import { expect, test } from 'vitest';
import { planGit } from '../../src/methods/git/plan.ts';
import { well } from '../assess/facts.ts';
import { read } from '../inputs/good.ts';

test('every step of every plan is named as the host’s journal can name it, whatever a unit is called', () => {
  const units = ['nginx', 'NetworkManager', 'php_fpm', 'haproxy@main', 'haproxy@Main', 'app-\\x2d.socket'];
  const inputs = read({ services: units.join('\n'), reload: units.join('\n'), 'install-command': 'make', backup: 'none' });
  const facts = { hosts: [{ facts: well, toFetch: true, changed: undefined }], from: '3'.repeat(40), target: { sha: '2'.repeat(40), rule: 'message' as const }, between: new Map() };
  const begun = { run: '7-1', actor: 'mona', from: '3'.repeat(40), to: '2'.repeat(40), startedAt: 0 };
  const ids = planGit(inputs, facts, { backups: [], migrations: [] }, { environment: '', begun, asFound: [] }).stages.flatMap(({ steps }) => steps.map(({ id }) => id));
  expect(ids.filter((id) => id.startsWith('reload-'))).toHaveLength(units.length);
  expect(ids).toContain('reload-nginx.service');
  expect(ids.filter((id) => !/^[a-z0-9][a-z0-9.-]*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
