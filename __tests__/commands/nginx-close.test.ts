import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startOf } from '../../src/commands/nginx/processes.ts';
import { closeTraffic, keepTraffic } from '../../src/commands/nginx.ts';
import { folderName } from '../../src/hosts/run-folder.ts';
import { prelude } from '../../src/hosts/prelude.ts';
import { shells } from './nginx-shells.ts';

type Left = { readonly what: string; readonly text: string; readonly armed?: true; readonly told: string };

const lefts: readonly Left[] = [
  { what: 'a decision that waits', text: 'new', armed: true, told: 'decides by itself at 10:00:00 UTC' },
  { what: 'a file that nobody puts back', text: 'new', told: 'as it was found, it lies in' },
  { what: 'the file as it was found', text: 'old', told: '' },
];

test.each(shells.flatMap(([shell, ...rest]) => lefts.map((left) => ({ shell, rest, ...left }))))('in $shell, what is left in place is told: $what', ({ shell, rest, text, armed, told }) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nginx-close-')));
  try {
    const file = join(folder, 'app.conf');
    const place = { environment: 'production', file, upstream: 'app' };
    const arm = join(folder, 'state/rollback-action-traffic/production', folderName(`${file}#app`), 'arm');
    const run = (script: string): void => {
      const { status, stderr } = spawnSync(shell, [...rest], { input: `${prelude}set -eu\nexec 3>${folder}/facts\n${script}`, encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') } });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    };
    writeFileSync(file, 'old');
    run(keepTraffic(place, { runJson: '{}', hash: hash('sha256', 'old') }));
    writeFileSync(file, text);
    if (armed) {
      mkdirSync(arm);
      writeFileSync(join(arm, 'deadline'), `${Date.UTC(2026, 0, 1, 10) / 1000}\n`);
    }
    // The script itself stands for the process that waits.
    run(`${armed ? `${startOf}printf '%s %s\\n' "$$" "$(start_of "$$")" >'${arm}/pid'\n` : ''}${closeTraffic(place, 'leave', '1-1')}`);
    const facts = readFileSync(join(folder, 'facts'), 'utf8');
    expect(told === '' ? facts : facts.startsWith('note=') && facts.includes(told)).toBe(told === '' ? '' : true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
