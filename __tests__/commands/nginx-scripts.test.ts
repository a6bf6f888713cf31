import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { askTraffic } from '../../src/commands/nginx/assess.ts';
import { askedAt, claimFunctions, decisionScript } from '../../src/commands/nginx/decision.ts';
import { placeFunctions, ways } from '../../src/commands/nginx/place.ts';
import { processFunctions, startOf } from '../../src/commands/nginx/processes.ts';
import { rightsFacts, sudoersFor } from '../../src/commands/nginx/rights.ts';
import { closeTraffic, confirmSwitch, fileAsFound, keepTraffic, putConfigBack, reloadProved, writeConfig } from '../../src/commands/nginx.ts';
import { prelude } from '../../src/hosts/prelude.ts';
import { shells } from './nginx-shells.ts';

const place = { environment: 'production', file: '/etc/nginx/conf.d/green-matchers.conf', upstream: 'green_matchers' };
const nasty = { environment: "it's", file: "/etc/nginx/a b'$(id).conf", upstream: '`id`' };
const question = { scheme: 'http', address: "blue'`id`:8000", hostHeader: '$(id)', path: '/health?a=\'"', accepts: '2xx', expects: { header: "x'", value: '$(id)' } } as const;

const scripts = [place, nasty].flatMap((at) => ways.flatMap((way) => {
  const handling = { way, unit: "x'.service", errorLog: "/var/log/it's" };
  return [
    askTraffic(at), fileAsFound(at), keepTraffic(at, { runJson: "{'", hash: 'x', recorded: ["a'", 'b'] }),
    writeConfig(at, { ...handling, text: "it's\n", expectedHash: 'x', decision: { timeoutSeconds: 1.5, questions: [question, { ...question, expects: { body: "it's" } }] } }),
    reloadProved(at, handling), putConfigBack(at, handling), confirmSwitch(at), closeTraffic(at, 'drop', 'r'), closeTraffic(at, 'keep', "r'"), closeTraffic(at, 'leave', 'r'),
  ];
}));

test.each(shells)('every script is one for %s', (shell, ...rest) => {
  for (const script of scripts) {
    const read = spawnSync(shell, [...rest, '-n'], { input: `${prelude}set -eu\n${script}`, encoding: 'utf8' });
    expect({ status: read.status, stderr: read.stderr }, script).toEqual({ status: 0, stderr: '' });
  }
  const decision = decisionScript(placeFunctions(nasty) + processFunctions(''), { timeoutSeconds: 1, questions: [question] });
  expect(spawnSync(shell, [...rest, '-n'], { input: decision }).status).toBe(0);
});

test('examples/sudoers-load-balancer holds exactly the lines that are asked for', () => {
  const example = readFileSync(join(import.meta.dirname, '../../examples/sudoers-load-balancer'), 'utf8').split('\n').filter((line) => line.startsWith('deploy '));
  expect(example).toEqual([...sudoersFor(place, 'deploy', 'sudo'), ...sudoersFor(place, 'deploy', 'helper')]);
  for (const line of sudoersFor(place, 'deploy', 'direct')) expect(example).toContain(line);
  expect(sudoersFor(place, 'root', 'root')).toEqual([]);
});

test('what sudoers would read as its own signs is escaped', () => {
  expect(sudoersFor({ file: '/etc/nginx/a:b=c,d', upstream: 'x' }, 'deploy', 'helper')[0]).toContain(String.raw`rollback-nginx-apply /etc/nginx/a\:b\=c\,d x,`);
});

test.each(shells)('to a user who may do nothing, each line is named as sudoers has to have it (%s)', (shell, ...rest) => {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-rights-'));
  try {
    for (const [name, text] of [['sudo', 'exit 1'], ['id', 'echo 4711']] as const) writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const odd = { ...place, file: join(folder, 'a:b=c,d.conf') };
    writeFileSync(odd.file, '');
    const script = `${placeFunctions(odd)}unit=nginx.service\nmaster=\n${rightsFacts(odd, 'nginx.service')}`;
    const ran = spawnSync(shell, rest, { input: `${prelude}set -eu\n${script}`, encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder }, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const facts = (ran.output[3] ?? '').split('\n').filter((line) => line.startsWith('no-right='));
    expect(ran.status, ran.stderr).toBe(0);
    expect(facts).toEqual(sudoersFor(odd, 'deploy', 'sudo').map((line) => line.replace(/^.*NOPASSWD: /, 'no-right=')));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['blue:8000', 'blue:8000'], ['blue', 'blue:80'], ['10.0.0.7', '10.0.0.7:80'], ['[::1]', '[::1]:80'], ['[::1]:8000', '[::1]:8000'], ['unix:/run/x.sock', 'unix:/run/x.sock'],
])('%s is asked at %s', (address, at) => {
  expect(askedAt(address)).toBe(at);
});

describe.each(shells)('in %s', (shell, ...rest) => {
  /** Runs a script in a folder of its own; `$functions` is a file with what it begins with, `$kept` included. */
  function run(script: string): { readonly status: number | null; readonly output: string } {
    const kept = mkdtempSync(join(tmpdir(), 'nginx-claim-'));
    try {
      mkdirSync(join(kept, 'arm'));
      const functions = join(kept, 'functions');
      writeFileSync(functions, `kept=${kept}\n${prelude}set -eu\n${startOf}${claimFunctions}`);
      const ran = spawnSync(shell, rest, { input: `functions=${functions}\n. "$functions"\n${script}`, encoding: 'utf8' });
      return { status: ran.status, output: ran.stdout + ran.stderr };
    } finally {
      rmSync(kept, { recursive: true });
    }
  }

  test('only the first claim holds, however many processes come at once', () => {
    const { status, output } = run(`for round in 1 2 3 4 5 6 7 8; do
  rm -f "$kept/arm/claim"
  for who in a b c d e f; do ${[shell, ...rest].join(' ')} -c '. "$1"; if claim "$2"; then echo "won by $2"; fi' contender "$functions" "$who-$round" & done
  wait
  echo "claimed by $(claimed)"
done`);
    expect(status, output).toBe(0);
    const lines = output.trim().split('\n');
    const claimed = lines.filter((line) => line.startsWith('claimed')).map((line) => line.replace('claimed', 'won'));
    expect(claimed).toHaveLength(8);
    expect(lines.filter((line) => line.startsWith('won'))).toEqual(claimed);
  });

  test('a claim can be made again, and tells whose it is', () => {
    const { output } = run('claim confirmed && claim confirmed && echo twice; claim withdrawn || echo "no: $(claimed)"');
    expect(output).toBe('twice\nno: confirmed\n');
  });

  test('a decision that waits is ended, with all of its processes, and no other process is', () => {
    const { status, output } = run(`setsid sh -c 'sleep 1000; :' >/dev/null 2>&1 &
other=$!
setsid sh -c 'sleep 2000; :' >/dev/null 2>&1 &
printf '%s %s\\n' "$other" 1 >"$kept/arm/pid"
decider_lives && echo 'alive by its id alone'
end_decider
kill -0 "$other" && echo 'the other one lives'
printf '%s %s\\n' "$!" "$(start_of "$!")" >"$kept/arm/pid"
decider_lives && echo waits
withdraw
wait "$!" || :
decider_lives || echo gone
kill -- "-$other"`);
    // Some shells say that a child of theirs was ended.
    expect(output.replace(/^Terminated.*\n/m, '')).toBe('the other one lives\nwaits\ngone\n');
    expect(status).toBe(0);
  });

  test('a word of the host is waited for, and not when nobody is there to speak', () => {
    const { output } = run(`claim deciding
await_word || echo nobody
setsid sh -c 'sleep 0.5; echo kept now > '"$kept/arm/word; sleep 1000" >/dev/null 2>&1 &
printf '%s %s\\n' "$!" "$(start_of "$!")" >"$kept/arm/pid"
withdraw
echo "$decided, $(claimed)"
kill -- "-$!"`);
    expect(output).toBe('nobody\nkept now, deciding\n');
  });
});
