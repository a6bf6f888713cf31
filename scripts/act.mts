/**
 * examples/deploy-watch-rollback.yml run as a whole, by act (github.com/nektos/act) in host mode, against real Debian hosts: a good release is
 * deployed and watched to the end; a bad one is deployed, watched and taken back in one run; the guard refuses its commit after that, and lets
 * its revert through. `npm run act`; needs act (`go install github.com/nektos/act@latest`) and what the fleet needs. Not part of `npm test`.
 *
 * What is not as on GitHub: the service's address is the fleet's; act 0.2.89 refuses `queue: max` and `deployment: false`, which are taken out;
 * actions/checkout is act's own, a copy of the repository with its whole history; `<owner>/rollback-action@0…` is this checkout
 * (`--local-repository`); there are no deployment records, so the hosts' journals are the only memory; periods are shortened in the
 * configuration file. Everything else is the example as it stands.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fleetAvailable } from '../__tests__/fleet/available.ts';
import { startFleet } from '../__tests__/fleet/fleet.ts';
import { startProduction, type Production } from '../__tests__/fleet/production.ts';
import { run } from '../__tests__/fleet/run.ts';
import { placeholder, projectFiles } from './act/project.mts';
import { findAct, push, type Ran } from './act/run.mts';
import { doors } from './doors.mts';

const act = findAct();
if (act === undefined) {
  console.warn('!!! SKIPPED, NOT TESTED: the example workflow as a whole, because act is not here (go install github.com/nektos/act@latest) !!!');
  if (process.env['CI']) process.exitCode = 1;
} else if (await fleetAvailable()) {
  await wholeChain(act);
}

async function wholeChain(program: string): Promise<void> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'act-'));
  await using fleet = await startFleet({ hosts: 2 });
  const production = await startProduction(fleet);
  // The watch reads nginx's access log, as a user of that group may.
  await Promise.all(fleet.hosts.map((host) => host.run('usermod --append --groups adm deploy')));
  await production.commit({ tag: 'v4', parent: 'v3', message: 'Release 4 that is good', health: 'ok', files: projectFiles(production) });
  const bad = await production.commit({ tag: 'v5', message: 'Release 5 that is broken', health: '500' });
  await production.commit({ tag: 'v6', message: `Revert "Release 5 that is broken"\n\nThis reverts commit ${bad}.`, health: 'ok' });
  const pushed = await runner(program, production, folder.path);

  const good = await pushed('v4');
  assert.deepEqual(good.jobs, { deploy: 'success', watch: 'success' });
  assert.partialDeepStrictEqual(good.outputs, { Guard: { allowed: 'true' }, Watch: { 'rollback-needed': 'no', trigger: '' } });
  await isAt(production, 'v4');

  const taken = await pushed('v5');
  assert.deepEqual(taken.jobs, { deploy: 'success', watch: 'success', rollback: 'success' });
  assert.partialDeepStrictEqual(taken.outputs, {
    Watch: { 'rollback-needed': 'yes', trigger: 'health' },
    'Roll back': { result: 'rolled-back', from: bad, to: production.sha('v4'), health: 'healthy' },
  });
  await isAt(production, 'v4');

  const again = await pushed('v5');
  assert.deepEqual(again.jobs, { deploy: 'failure' });
  assert.partialDeepStrictEqual(again.outputs, { Guard: { allowed: 'false', 'reason-code': 'rolled-back-before' } });
  await isAt(production, 'v4');

  const reverted = await pushed('v6');
  assert.deepEqual(reverted.jobs, { deploy: 'success', watch: 'success' });
  assert.partialDeepStrictEqual(reverted.outputs, { Guard: { allowed: 'true', 'reason-code': '' }, Watch: { 'rollback-needed': 'no' } });
  await isAt(production, 'v6');
  console.log('\nThe good release stayed, the bad one was taken back, its commit was refused after that, its revert went through.');
}

/** Returns what pushes a release to the project's repository, and waits for its workflow. */
async function runner(program: string, production: Production, folder: string): Promise<(tag: string) => Promise<Ran>> {
  const place = (name: string) => join(folder, name);
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const part of ['action.yml', 'dist', ...doors.filter((door) => door !== 'main')]) cpSync(join(root, part), join(place('action'), part), { recursive: true });
  writeFileSync(place('secrets.yml'), JSON.stringify({ SSH_PRIVATE_KEY: production.fleet.privateKey }), { mode: 0o600 });
  // The origin belongs to the hosts' user.
  writeFileSync(place('gitconfig'), '[safe]\n\tdirectory = *\n[advice]\n\tdetachedHead = false\n');
  const git = (...words: string[]) => run(['git', ...words], { env: { ...process.env, GIT_CONFIG_GLOBAL: place('gitconfig') } });
  await git('clone', '--quiet', `file://${production.fleet.originDirectory}`, place('checkout'));
  let runs = 0;
  return async (tag) => {
    console.log(`\n--- ${tag} is pushed ---`);
    await git('-C', place('checkout'), 'checkout', '--quiet', '-B', 'main', production.sha(tag));
    runs += 1;
    return push({ act: program, checkout: place('checkout'), uses: placeholder, action: place('action'), secrets: place('secrets.yml'), home: place('home') }, runs);
  };
}

/** What GitHub is told is one thing; this asks the hosts. */
async function isAt(production: Production, tag: string): Promise<void> {
  for (const host of production.hosts) {
    assert.equal((await host.run(`git -C ${production.appDirectory} rev-parse HEAD`, { user: 'deploy' })).trim(), production.sha(tag));
    const answer = await fetch(`http://${host.address}:8000/health`);
    assert.deepEqual([answer.status, answer.headers.get('X-Version')], [200, tag]);
  }
}
