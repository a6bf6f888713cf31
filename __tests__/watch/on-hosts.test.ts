/** What is asked on hosts: access logs, the canary, patterns in logs, health; and the mark of a good release. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { FakeClock } from '../fakes/clock.ts';
import { key, knownHostsLine } from '../inputs/good.ts';
import { hostFolder, type Folder } from './hosts.ts';
import { healthy, type Production, start, watched } from './scene.ts';

const onHosts = { hosts: 'deploy@web-1\ndeploy@web-2\ndeploy@web-3', 'ssh-private-key': key, 'ssh-known-hosts': knownHostsLine, 'deployed-at': '2025-11-23T12:00:00Z', duration: '5m' };
const log = '/host/access.log';

function line(status: number, seconds: string, time = start): string {
  const date = new Date(time).toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1/$2/$3:$4 +0000');
  return `1.1.1.1 - - [${date}] "GET /api/jobs HTTP/1.1" ${status} 162 "-" "curl/8.5"${seconds}\n`;
}

/** @param traffic called every 10 s of the watch, in the middle of them */
function withTraffic(folder: Folder, traffic: (second: number) => void) {
  return (clock: FakeClock) => {
    void (async () => {
      for (let second = 5; second < 700; second += 10) {
        await clock.sleep(start + second * 1000 - clock.now());
        traffic(second);
      }
    })();
    return { connect: folder.connect };
  };
}

describe('access logs', () => {
  const names = ['web-1', 'web-2', 'web-3'];
  async function run(each: (host: string, second: number) => string, { before = '', inputs = {}, production = healthy as Production, at = (_folder: Folder, _second: number): void => undefined } = {}) {
    using folder = hostFolder();
    for (const name of names) folder.write(name, log, before);
    return await watched({ ...onHosts, 'access-log': log, ...inputs }, production, withTraffic(folder, (second) => {
      at(folder, second);
      for (const name of names) folder.append(name, log, each(name, second));
    }));
  }
  const good = line(200, ' 0.050').repeat(5);

  test('well', async () => {
    const { verdict, series } = await run(() => good);
    expect(verdict.needed, verdict.reason).toBe('no');
    // 3 hosts, 6 times 5 requests in a minute.
    expect(series.find(({ trigger }) => trigger === 'error-rate')?.readings.map(({ requests }) => requests)).toEqual([90, 90, 90, 90, 90]);
  });

  test('one host of three fails: a third of all requests', async () => {
    const { verdict } = await run((host) => (host === 'web-2' ? line(502, ' 0.050').repeat(5) : good));
    expect(verdict).toMatchObject({ needed: 'yes', trigger: 'error-rate' });
    expect(verdict.reason).toContain('33.3 % of 90 requests failed');
  });

  test('slow', async () => {
    const { verdict } = await run(() => line(200, ' 3.100').repeat(5));
    expect(verdict).toMatchObject({ needed: 'yes', trigger: 'response-time' });
  });

  test('slow at the 95th percentile alone', async () => {
    const each = line(200, ' 0.050').repeat(9) + line(200, ' 9.000');
    expect((await run(() => each)).verdict.needed).toBe('no');
    expect((await run(() => each, { inputs: { statistic: 'p95' } })).verdict).toMatchObject({ needed: 'yes', trigger: 'response-time' });
  });

  test('a format without times is told, and is no gap in the watch', async () => {
    const { verdict, notes } = await run(() => line(200, '').repeat(5));
    expect(verdict.needed, verdict.reason).toBe('no');
    expect(notes).toContain('No response times are read from the access logs of 3 hosts: the format does not hold $request_time.');
  });

  test('errors that began ten minutes before the deployment', async () => {
    const before = Array.from({ length: 20 }, (_, index) => line(index < 10 ? 200 : 500, ' 0.050', start - (20 - index) * 60_000).repeat(10)).join('');
    const { verdict } = await run(() => line(500, ' 0.050').repeat(5), { before });
    expect(verdict, verdict.reason).toMatchObject({ needed: 'unknown', trigger: 'error-rate', likelyToHelp: 'no' });
    expect(verdict.reason).toContain('it was so before the deployment already');
  });

  test('errors that began with the deployment', async () => {
    const before = Array.from({ length: 20 }, (_, index) => line(200, ' 0.050', start - (20 - index) * 60_000).repeat(10)).join('');
    expect((await run(() => line(500, ' 0.050').repeat(5), { before })).verdict).toMatchObject({ needed: 'yes', likelyToHelp: 'yes' });
  });

  test('five requests in all, and own probes', async () => {
    const { verdict } = await run((host, second) => (host === 'web-1' && second < 50 ? line(200, ' 0.050') : ''), { inputs: { 'probe-urls': 'https://green.example/' } });
    expect(verdict.needed, verdict.reason).toBe('no');
  });

  test('one 500 in three requests', async () => {
    const { verdict } = await run((host, second) => (host === 'web-1' && second < 30 ? line(second < 10 ? 500 : 200, ' 0.050') : ''), { inputs: { 'probe-urls': 'https://green.example/' } });
    expect(verdict.needed, verdict.reason).toBe('no');
  });

  test('a host that cannot be reached is not failed; for too long, it is not known', async () => {
    const lost = (from: number, to: number) => (folder: Folder, second: number): void => (second >= from && second < to ? folder.lose('web-3') : folder.find('web-3'));
    expect((await run(() => good, { at: lost(50, 150) })).verdict.needed).toBe('no');
    const { verdict } = await run(() => good, { at: lost(50, 10_000), inputs: { duration: '7m' } });
    expect(verdict).toMatchObject({ needed: 'unknown', trigger: 'error-rate' });
    expect(verdict.reason).toContain('web-3 could not be asked: web-3: the connection was lost');
  });
});

describe('the canary against the others', () => {
  async function run(canary: (second: number) => string, others: () => string) {
    using folder = hostFolder();
    for (const name of ['web-1', 'web-2', 'web-3']) folder.write(name, log, '');
    // One in ten may fail: it is the comparison that has to see what is below that.
    return await watched({ ...onHosts, 'access-log': log, canary: 'web-3', 'error-rate': '60%' }, healthy, withTraffic(folder, (second) => {
      for (const name of ['web-1', 'web-2']) folder.append(name, log, others());
      folder.append('web-3', log, canary(second));
    }));
  }
  const ok = line(200, ' 0.050');
  const error = line(500, ' 0.050');

  test.each<[what: string, canary: (second: number) => string, others: string, needed: string]>([
    ['fails as seldom as they do', () => ok.repeat(5), ok.repeat(20), 'no'],
    ['fails one request in five, they do not', () => ok.repeat(4) + error, ok.repeat(20), 'yes'],
    ['all fail alike: that is not the canary', () => ok.repeat(4) + error, (ok.repeat(4) + error).repeat(4), 'no'],
    ['one of three fails: that is chance', (second) => (second < 20 ? ok + (second < 10 ? error : '') : second === 25 ? ok : ''), ok.repeat(20), 'no'],
  ])('%s', async (_what, canary, others, needed) => {
    const { verdict } = await run(canary, () => others);
    expect(verdict.needed, verdict.reason).toBe(needed);
    if (needed === 'yes') expect(verdict.reason).toMatch(/the error rate \(web-3 against the other hosts\) failed: 6 of 30 requests \(20 %\) fail on web-3, 0 of 240 requests \(0 %\) on the others: that is not by chance/);
  });
});

test('a canary that is slower than the others, below any limit', async () => {
  using folder = hostFolder();
  for (const name of ['web-1', 'web-2', 'web-3']) folder.write(name, log, '');
  const { verdict } = await watched({ ...onHosts, 'access-log': log, canary: 'web-3' }, healthy, withTraffic(folder, () => {
    for (const name of ['web-1', 'web-2']) folder.append(name, log, line(200, ' 0.050').repeat(20));
    folder.append('web-3', log, line(200, ' 0.150').repeat(5));
  }));
  expect(verdict).toMatchObject({ needed: 'yes', trigger: 'response-time' });
  expect(verdict.reason).toContain('half of 30 requests take longer than 150 ms on web-3, and than 50 ms on the others: that is not by chance');
});

describe('a pattern in logs', () => {
  const inputs = { ...onHosts, 'log-files': '/host/app.log', 'log-pattern': 'Traceback|CRITICAL' };
  async function run(before: string, each: (host: string, second: number) => string) {
    using folder = hostFolder();
    for (const name of ['web-1', 'web-2', 'web-3']) folder.write(name, '/host/app.log', before);
    return await watched(inputs, healthy, withTraffic(folder, (second) => {
      for (const name of ['web-1', 'web-2', 'web-3']) folder.append(name, '/host/app.log', each(name, second));
    }));
  }

  test('no line matches', async () => expect((await run('', () => 'all is well\n')).verdict.needed).toBe('no'));

  test('one line on one host', async () => {
    const { verdict } = await run('', (host, second) => (host === 'web-2' && second === 35 ? 'Traceback (most recent call last):\n' : 'all is well\n'));
    expect(verdict).toMatchObject({ needed: 'yes', trigger: 'log', likelyToHelp: 'yes' });
    expect(verdict.reason).toBe('the log (/host/app.log on web-2) failed: 1 new line matches the pattern: Traceback (most recent call last):');
  });

  test('that was there before', async () => {
    const { verdict } = await run('CRITICAL: old\n', (_host, second) => (second === 35 ? 'CRITICAL: old\n' : ''));
    expect(verdict).toMatchObject({ needed: 'unknown', trigger: 'log', likelyToHelp: 'no' });
  });
});

describe('health on each host', () => {
  const inputs = { ...onHosts, 'host-health-url': 'http://127.0.0.1:8000/health' };

  test('one of three fails', async () => {
    using folder = hostFolder();
    const { verdict } = await watched(inputs, (_path, _at, _nth, { via }) => ({ status: via?.name === 'web-2' ? 500 : 200 }), () => ({ connect: folder.connect }));
    expect(verdict).toMatchObject({ needed: 'yes', trigger: 'health' });
    expect(verdict.reason).toContain('http://127.0.0.1:8000/health on web-2');
  });

  test('a host that cannot be reached at all: not known, and told', async () => {
    using folder = hostFolder();
    folder.lose('web-3');
    const { verdict, notes } = await watched(inputs, healthy, () => ({ connect: folder.connect }));
    expect(verdict, verdict.reason).toMatchObject({ needed: 'unknown', trigger: 'health' });
    expect(notes.join('\n')).toContain('web-3: cannot connect');
  });
});

test('the hosts know the tags of a release', async () => {
  using folder = hostFolder();
  folder.write('web-1', '/host/app/code', 'v2\n');
  const at = async (script: string) => (await (await folder.connect({ name: 'web-1', user: 'deploy', address: 'web-1', port: 22 })).hosts.get('web-1')?.ask(script))?.facts.get('told')?.[0] ?? '';
  const release = await at('cd /host/app; git init --quiet; git add .; git -c user.name=t -c user.email=t@localhost commit --quiet -m v2; git tag v2; fact told "$(git rev-parse HEAD)"\n');
  const inputs = { ...onHosts, hosts: 'deploy@web-1', 'health-url': 'https://green.example/health', 'version-from': 'header:X-Version', 'app-dir': '/host/app' };
  expect((await watched(inputs, () => ({ version: 'v2' }), () => ({ connect: folder.connect }), release)).verdict.needed).toBe('no');
  expect((await watched(inputs, () => ({ version: 'v1' }), () => ({ connect: folder.connect }), release)).verdict).toMatchObject({ needed: 'yes', trigger: 'health' });
});

describe('a release that was watched to the end', () => {
  const inputs = { ...onHosts, hosts: 'deploy@web-1', 'health-url': 'https://green.example/health', 'app-dir': '/host/app' };
  const journal = '/host/.local/state/rollback-action/production/releases';
  const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim();

  async function run(production: Production, prepare: (folder: Folder) => void = () => undefined) {
    using folder = hostFolder();
    folder.write('web-1', '/host/app/code', 'v2\n');
    let place = '';
    const { connect } = folder;
    const report = await watched(inputs, production, () => ({
      async connect(host) {
        const connected = await connect(host);
        if (place === '') {
          place = (await connected.hosts.get('web-1')?.ask('fact place /host/app\n'))?.facts.get('place')?.[0] ?? '';
          git('init', '--quiet', place);
          git('-C', place, 'add', '.');
          git('-C', place, '-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '--quiet', '-m', 'v2');
          prepare(folder);
        }
        return connected;
      },
    }));
    return { report, journal: folder.read('web-1', journal), release: git('-C', place, 'rev-parse', 'HEAD') };
  }

  test('and is well is marked as known good', async () => {
    const { report, journal: written, release } = await run(healthy);
    expect(report.notes).toEqual([]);
    expect(JSON.parse(written)).toMatchObject({ result: 'good', from: release, to: release, run: '42-1-watch', app: expect.stringMatching(/\/app$/) });
  });

  test('and is not well is not', async () => {
    expect((await run(() => ({ status: 500 }))).journal).toBe('');
  });

  test('while a rollback runs is not', async () => {
    const { report, journal: written } = await run(healthy, (folder) => void folder.locked.add('web-1'));
    expect(written).toBe('');
    expect(report.notes[0]).toContain("web-1: the release was not marked as known good: web-1: the lock is held by hubot's run 7");
  });
});
