/** `npm run demo` as a person starts it: in a process of its own, to its end, with nothing left behind. */
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { logView } from '../demo/log.mts';
import { until } from './fleet/until.ts';
import { runAction } from './rollback/runner.ts';

const demo = resolve(import.meta.dirname, '../demo/run.mts');

/** Starts the demo in a folder of its own, with another one for all that is temporary. */
function start({ onTestFinished }: TestContext, ...options: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const child = spawn(process.execPath, [demo, '--out', 'out', ...options], { cwd: folder, env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, ended, folder, temporary, said: () => said };
}

/** Files that are left, and processes that were started by it or by its hosts. */
function leftBy({ temporary }: { readonly temporary: string }): readonly string[] {
  const processes = globSync('/proc/[0-9]*').filter((process) => {
    try {
      return readFileSync(`${process}/environ`, 'utf8').includes(temporary);
    } catch {
      return false;
    }
  });
  return [...readdirSync(temporary), ...processes];
}

describe.skipIf(process.platform !== 'linux').concurrent('the demo', { timeout: 90_000 }, () => {
  test('takes three hosts from the broken v3 back to v2, and leaves nothing but the summary', async (context) => {
    const run = start(context);
    expect(await run.ended, run.said()).toBe(0);
    expect(run.said()).toMatch(/✗ app1 +has v3 checked out, \/health answers 500 as v3[^]*After .* "rolled-back"[^]*✓ app1 +has v2[^]*✓ app2 +has v2[^]*✓ app3 +has v2[^]*✓ database +has schema 2[^]*Production is back on v2 on every host\./);
    expect(run.said()).not.toMatch(/::|PRIVATE KEY/);
    expect(readFileSync(join(run.folder, 'out/summary.md'), 'utf8')).toContain('Production is back on v2');
    expect(readFileSync(join(run.folder, 'out/summary.html'), 'utf8')).toContain('<pre class="mermaid">');
    expect(existsSync(join(run.folder, 'out/incident-report.md'))).toBe(true);
    expect(leftBy(run)).toEqual([]);
  });

  test('fails when v2 is broken too, with every host as it was', async (context) => {
    const run = start(context, '--target-fails');
    expect(await run.ended, run.said()).toBe(1);
    expect(run.said()).toMatch(/After .* "undone"[^]*✗ app1 +has v3[^]*✗ app2 +has v3[^]*✗ app3 +has v3[^]*✗ database +has schema 4[^]*Production is not back on v2\./);
    expect(leftBy(run)).toEqual([]);
  });

  test.for(['SIGINT', 'SIGTERM'] as const)('ends at %s, whatever it is at', async (signal, context) => {
    const run = start(context);
    await until(`a host is worked on: ${run.said()}`, () => (run.said().includes('app1: Restart') ? true : undefined), 90);
    run.child.kill(signal);
    expect(await run.ended).toBe(130);
    expect(leftBy(run)).toEqual([]);
  });

  test('serves its production to somebody else', async (context) => {
    const run = start(context, '--serve', 'inputs');
    const file = join(run.folder, 'inputs');
    await until('the inputs are there', () => (existsSync(file) ? true : undefined));
    const commands = readFileSync(file, 'utf8').matchAll(/^(.+)<<(.+)\n([^]*?)\n\2\n/gm);
    const { target, ...inputs } = Object.fromEntries([...commands].map(([, name = '', , value = '']) => [name, value]));
    const { outputs } = await runAction({ ...inputs, 'dry-run': 'true' });
    expect(outputs).toMatchObject({ result: 'planned', to: target });
    run.child.kill('SIGTERM');
    expect(await run.ended, run.said()).toBe(0);
    expect(leftBy(run)).toEqual([]);
  });
});

describe('the log as GitHub shows it', () => {
  const shown = (text: string): readonly string[] => {
    const view = logView();
    return [...view.take(text), ...view.end()];
  };

  test('groups are unfolded, levels named, secrets hidden, commands not shown', () => {
    expect(shown([
      '::add-mask::first%0Asecond', '::debug::for debuggers', 'plain with second in it', '::group::app1: Restart', 'line of first', '::endgroup::',
      '::warning::careful', '::error title=Oh, no::what%0Awhy 100%25', '::notice title=Rollback::done', '::set-env name=x::y', 'no newline at the end',
    ].join('\n'))).toMatchInlineSnapshot(`
      [
        "plain with *** in it",
        "▾ app1: Restart",
        "    line of ***",
        "Warning: careful",
        "Error: what",
        "why 100%",
        "Notice: done",
        "no newline at the end",
      ]
    `);
  });

  test.for([1, 2, 7])('is the same in pieces of %i characters', (size) => {
    const text = 'one\n::group::two\nthree\n::endgroup::\n::error::four\n';
    const view = logView();
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect([...pieces.flatMap((piece) => view.take(piece)), ...view.end()]).toEqual(shown(text));
  });
});
