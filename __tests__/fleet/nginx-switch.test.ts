import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askTraffic } from '../../src/commands/nginx/assess.ts';
import type { Decision } from '../../src/commands/nginx/decision.ts';
import type { Way } from '../../src/commands/nginx/place.ts';
import { sudoersFor } from '../../src/commands/nginx/rights.ts';
import { closeTraffic, confirmSwitch, fileAsFound, keepTraffic, putConfigBack, reloadProved, writeConfig } from '../../src/commands/nginx.ts';
import { fleetAvailable } from './available.ts';
import { bytesFor, file, kept, openLoadBalancer, place, textFor, type LoadBalancer, type Ran } from './nginx-scene.ts';
import { until } from './until.ts';

const available = await fleetAvailable();

/** How often confirmation and decision race: `ROLLBACK_RACES=100` for many. */
const races = Number(process.env['ROLLBACK_RACES'] ?? 6);

describe.skipIf(!available)('a switch on a real nginx', () => {
  let scene: Awaited<ReturnType<typeof openLoadBalancer>>;
  let lb: LoadBalancer;
  beforeAll(async () => {
    scene = await openLoadBalancer();
    lb = scene.lb;
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await lb.reset();
    await lb.allow(sudoersFor(place, 'deploy', 'sudo'));
  });

  const hash = createHash('sha256').update(textFor('green')).digest('hex');
  const decision = (timeoutSeconds = 60, version = 'v-blue'): Decision => ({
    timeoutSeconds,
    questions: [{ scheme: 'http', address: 'blue:8001', hostHeader: 'green-matchers.example', path: '/health', accepts: '2xx', expects: { header: 'X-Version', value: version } }],
  });

  function steps({ way = 'sudo', decides = decision(), run = 'r-1', text = bytesFor('blue') }: { way?: Way; decides?: Decision; run?: string; text?: string } = {}) {
    const handling = { way, unit: 'nginx.service', errorLog: '/var/log/nginx/error.log' };
    const runJson = `{"run":"${run}","actor":"ada","from":"green","to":"blue","startedAt":1}`;
    return {
      keep: keepTraffic(place, { runJson, hash, recorded: ['x'] }),
      write: writeConfig(place, { ...handling, text, expectedHash: hash, decision: decides }),
      reload: reloadProved(place, handling),
      back: putConfigBack(place, handling),
      confirm: confirmSwitch(place),
      close: closeTraffic(place, 'drop', run),
    };
  }

  async function well(script: string, user: 'deploy' | 'root' = 'deploy'): Promise<Ran> {
    const ran = await lb.step(script, { user });
    expect(ran.code, ran.output).toBe(0);
    return ran;
  }

  async function refused(script: string): Promise<string> {
    const ran = await lb.step(script);
    expect(ran.code, ran.output).toBe(1);
    return ran.output.trimEnd().split('\n').at(-1) ?? '';
  }

  /** sh that waits until the host is about to decide, 1 s after it began, give or take a bit that is another one in each race. */
  const untilAsleep = (race: number): string => `read -r pid start < '${kept}/arm/pid'
while [ ! -e '${kept}/arm/claim' ]; do
  read -r up idle < /proc/uptime
  if [ "$(echo "$up" | tr -d .)" -ge "$((start + ${96 + ((race * 7) % 15)}))" ]; then break; fi
done
`;

  async function settled(): Promise<string> {
    return until('the host has decided', async () => (await lb.host.run(`cat '${kept}/arm/word' 2> /dev/null || :`)).trim() || undefined, 30);
  }

  describe('assessed', () => {
    test('by exact lines, tells everything and writes nothing', async () => {
      const { facts } = await well(askTraffic(place));
      const one = (name: string): string | undefined => facts.get(name)?.[0];
      expect(Object.fromEntries(['nginx-way', 'nginx-unit', 'nginx-path', 'nginx-hash', 'http-client', 'nginx-config-by', 'user'].map((name) => [name, one(name)]))).toEqual({
        'nginx-way': 'sudo', 'nginx-unit': 'nginx.service', 'nginx-path': file, 'nginx-hash': hash, 'http-client': 'curl', 'nginx-config-by': 'nginx -T', user: 'deploy',
      });
      for (const name of ['missing-tool', 'no-right', 'nginx-stopped', 'nginx-invalid', 'nginx-read-only', 'nginx-absent', 'unfinished', 'decision']) expect(facts.get(name), name).toBeUndefined();
      expect(gunzipSync(Buffer.from(one('nginx-file') ?? '', 'base64')).toString()).toBe(textFor('green'));
      expect(gunzipSync(Buffer.from(one('nginx-config') ?? '', 'base64')).toString()).toContain(`# configuration file ${file}:\n${textFor('green')}`);
      expect(one('as-found')).toBe((await well(fileAsFound(place))).facts.get('as-found')?.[0]);
      expect(one('as-found')).toBe(`${file} ${hash} 640 0:4`);
      expect(Number(one('nginx-workers'))).toBeGreaterThan(0);
      expect(await lb.host.run('ls -A /home/deploy/.local 2> /dev/null || :')).not.toContain('state');
    });

    test('names each right that is missing as sudoers has to have it', async () => {
      const all = sudoersFor(place, 'deploy', 'sudo');
      for (const line of all) {
        await lb.allow(all.filter((other) => other !== line));
        expect((await well(askTraffic(place))).facts.get('no-right')).toEqual([line.replace(/^.*NOPASSWD: /, '')]);
      }
      await lb.allow(['# nothing']);
      expect((await well(askTraffic(place))).facts.get('no-right')).toEqual(all.map((line) => line.replace(/^.*NOPASSWD: /, '')));
    });

    test('without the right to see all, reads the files one by one', async () => {
      await lb.host.run(`chown deploy:adm ${file} && chmod 0777 /etc/nginx/conf.d`);
      await lb.allow(sudoersFor(place, 'deploy', 'direct'));
      const { facts } = await well(askTraffic(place));
      expect([facts.get('nginx-way'), facts.get('nginx-config-by'), facts.get('no-right')]).toEqual([['direct'], ['reading'], undefined]);
      const whole = gunzipSync(Buffer.from(facts.get('nginx-config')?.[0] ?? '', 'base64')).toString();
      const dumped = await lb.host.run('nginx -T 2> /dev/null');
      const parts = (text: string): readonly string[] => text.split(/^(?=# configuration file )/m).map((part) => part.trim()).filter(Boolean).toSorted();
      expect(parts(whole)).toEqual(parts(dumped));
    });

    test.each([
      ['a file that is not there', 'rm /etc/nginx/conf.d/green-matchers.conf', 'nginx-absent', /^is not there/],
      ['a folder that is none', 'rm -r /etc/nginx/conf.d', 'nginx-absent', /^is not there/],
      ['stopped nginx', 'systemctl stop nginx', 'nginx-stopped', /^nginx\.service is inactive dead/],
      ['a mistake elsewhere', 'echo "server { listen ; }" > /etc/nginx/conf.d/z.conf', 'nginx-invalid', /z\.conf:1/],
      ['a read-only folder', 'mount --bind /etc/nginx/conf.d /etc/nginx/conf.d && mount -o remount,ro,bind /etc/nginx/conf.d', 'nginx-read-only', /^\/etc\/nginx\/conf\.d$/],
      ['a link', `mkdir /etc/nginx/green && mv ${file} /etc/nginx/green/x && ln -s ../green/x ${file}`, 'nginx-path', /^\/etc\/nginx\/green\/x$/],
    ] as const)('sees %s', async (_, act, name, says) => {
      await lb.host.run(act);
      const before = await lb.host.run('ls -A /run /var/log/nginx /etc/nginx /etc/nginx/conf.d 2> /dev/null || :');
      const ran = await well(askTraffic(place));
      expect(await lb.host.run('ls -A /run /var/log/nginx /etc/nginx /etc/nginx/conf.d 2> /dev/null || :')).toBe(before);
      expect(ran.facts.get(name)?.join('\n'), ran.output).toMatch(says);
    });
  });

  describe('done', () => {
    const prepared: Readonly<Record<Way, () => Promise<unknown>>> = {
      sudo: () => lb.allow(sudoersFor(place, 'deploy', 'sudo')),
      helper: async () => {
        await lb.host.write('/usr/local/sbin/rollback-nginx-apply', readFileSync(new URL('../../examples/rollback-nginx-apply', import.meta.url)), '0755');
        await lb.allow(sudoersFor(place, 'deploy', 'helper'));
      },
      direct: async () => {
        await lb.host.run(`chown deploy:adm ${file} && chown root:deploy /etc/nginx/conf.d && chmod 0775 /etc/nginx/conf.d`);
        await lb.allow(sudoersFor(place, 'deploy', 'direct'));
      },
      root: () => lb.allow(['# nothing']),
    };

    test.each(['sudo', 'helper', 'direct', 'root'] as const)('by %s: there, confirmed and put away; every step twice', async (way) => {
      await prepared[way]();
      const user = way === 'root' ? 'root' : 'deploy';
      expect((await well(askTraffic(place), user)).facts.get('nginx-way')).toEqual([way]);
      const before = await lb.standing();
      const { keep, write, reload, confirm, close, back } = steps({ way });
      for (const script of [keep, keep, write, write]) await well(script, user);
      expect(await lb.text()).toBe(textFor('blue'));
      expect(await lb.answering('green')).toBe(true);
      for (const script of [reload, reload]) await well(script, user);
      expect(await lb.answering('blue')).toBe(true);
      for (const script of [confirm, confirm, close, close]) await well(script, user);
      expect(await lb.waiting()).toBe('');
      expect(await lb.standing()).toBe(before.replace(textFor('green'), textFor('blue')));
      expect(await lb.host.run('find /home/deploy/.local/state /root/.local/state -mindepth 2 2> /dev/null || :')).toBe('');

      // And once more, undone.
      await lb.host.run(`cat > ${file} && nginx -s reload`, { input: textFor('green') });
      for (const script of [keep, write, reload, back, back]) await well(script, user);
      expect(await lb.standing()).toBe(before);
      expect(await lb.answering('green')).toBe(true);
      await lb.host.run('rm -f /usr/local/sbin/rollback-nginx-apply');
    });

    test.each([
      ['nothing', []], ['keep', ['keep']], ['write', ['keep', 'write']], ['reload', ['keep', 'write', 'reload']], ['confirm', ['keep', 'write', 'reload', 'confirm']],
    ] as const)('undone after %s, twice', async (_, done) => {
      const before = await lb.standing();
      const all = steps();
      for (const name of done) await well(all[name]);
      await well(all.back);
      await well(all.back);
      expect(await lb.standing()).toBe(before);
      await until('green answers', () => lb.answering('green'));
      expect(await lb.waiting()).toBe('');
      await well(all.close);
    });

    test('while others reload all the time', async () => {
      await lb.host.run("systemd-run --quiet --collect --unit=reloads sh -c 'while :; do nginx -s reload; sleep 0.3; done'");
      const { keep, write, reload, confirm, back } = steps();
      for (const script of [keep, write, reload, confirm]) await well(script);
      await until('blue answers', () => lb.answering('blue'));
      await well(back);
      await until('green answers', () => lb.answering('green'));
    });

    test('although somebody else reloads between writing and the undo: the old file is in force again', async () => {
      const { keep, write, back } = steps();
      await well(keep);
      await well(write);
      await lb.host.run('nginx -s reload');
      await until('blue answers', () => lb.answering('blue'));
      await well(back);
      expect(await lb.answering('green')).toBe(true);
    });
  });

  describe('not done', () => {
    test('on a file that changed since it was looked at: nothing is kept', async () => {
      await lb.host.run(`echo '# theirs' >> ${file}`);
      const before = await lb.standing();
      expect(await refused(steps().keep)).toContain('somebody else works on it');
      expect(await lb.standing()).toBe(before);
      expect(await lb.host.run('find /home/deploy/.local -mindepth 1 2> /dev/null || :')).not.toContain('traffic');
      await well(steps().back);
    });

    test('nor undone over what somebody else wrote meanwhile', async () => {
      const { keep, write, back } = steps();
      await well(keep);
      await well(write);
      await lb.host.run(`echo '# theirs' >> ${file}`);
      const before = await lb.standing();
      expect(await refused(back)).toContain('somebody else has changed');
      expect(await lb.standing()).toBe(before);
      expect(await lb.waiting()).toBe('');
    });

    type Fault = { readonly act: string; readonly at: 'write' | 'reload'; readonly says: RegExp };
    const clash = `import socket, time
taken = socket.create_server(("0.0.0.0", 8081))
time.sleep(1000)`;
    const faults: Readonly<Record<string, Fault>> = {
      'a new text that nginx refuses': { act: ':', at: 'write', says: /unknown directive "nonsense"/ },
      'a mistake elsewhere': { act: 'echo "server { listen ; }" > /etc/nginx/conf.d/z.conf', at: 'write', says: /z\.conf:1/ },
      'a folder that is read-only': { act: 'mount --bind /etc/nginx/conf.d /etc/nginx/conf.d && mount -o remount,ro,bind /etc/nginx/conf.d', at: 'write', says: /could not be written \(cp: .*Read-only file system\); it is as it was found/ },
      'a full disk': { act: 'cp -a /etc/nginx/conf.d /tmp/full && mount -t tmpfs -o size=12k,mode=0755 tmpfs /etc/nginx/conf.d && cp -a /tmp/full/. /etc/nginx/conf.d/ && rm -r /tmp/full && { head -c 64K /dev/zero > /etc/nginx/conf.d/fill || :; }', at: 'write', says: /could not be written \(.*No space left on device\)/ },
      'stopped nginx': { act: 'systemctl stop nginx', at: 'write', says: /nginx does not run/ },
      'a port that is taken': { act: `echo 'server { listen 8081; return 204; }' > /etc/nginx/conf.d/new.conf && systemd-run --quiet --collect --service-type=exec --unit=squatter python3 -c '${clash}' && nginx -t`, at: 'reload', says: /workers are still the old ones.*bind\(\) to 0\.0\.0\.0:8081 failed/ },
      'a reload that fails': { act: 'mkdir -p /etc/systemd/system/nginx.service.d && printf "[Service]\\nExecReload=\\nExecReload=/bin/false\\n" > /etc/systemd/system/nginx.service.d/x.conf && systemctl daemon-reload', at: 'reload', says: /the reload failed/ },
      'a reload that lies': { act: 'mkdir -p /etc/systemd/system/nginx.service.d && printf "[Service]\\nExecReload=\\nExecReload=/bin/true\\n" > /etc/systemd/system/nginx.service.d/x.conf && systemctl daemon-reload', at: 'reload', says: /the reload exited 0, but \d+ of \d+ workers are still the old ones/ },
    };

    test.each(Object.entries(faults))('because of %s: the old file is there, and answers', async (name, { act, at, says }) => {
      await lb.host.run(act);
      const before = await lb.standing();
      const all = steps(name.startsWith('a new text') ? { text: `${bytesFor('blue')}nonsense;\n` } : {});
      await well(all.keep);
      if (at === 'reload') await well(all.write);
      expect(await refused(all[at])).toMatch(says);
      if (at === 'write') expect(await lb.standing()).toBe(before);
      await well(all.back);
      expect(await lb.standing()).toBe(before);
      expect(await lb.waiting()).toBe('');
      if (!name.startsWith('stopped')) expect(await lb.answering('green')).toBe(true);
    });
  });

  describe('decided by the host itself', () => {
    test('in force and healthy: kept; told to the next run, which is to bring the first one to its end', async () => {
      const { keep, write, reload, back } = steps({ decides: decision(1) });
      for (const script of [keep, write, reload]) await well(script);
      expect(await settled()).toMatch(/^kept \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ blue:8001 answered 200$/);
      expect(await lb.text()).toBe(textFor('blue'));
      expect(await lb.waiting()).toBe('');
      const { facts } = await well(askTraffic(place));
      expect(facts.get('decision')?.[0]).toMatch(/^kept /);
      expect(facts.get('unfinished')?.[0]).toContain('"run":"r-1"');
      await well(steps().confirm);
      await well(back);
      expect(await lb.answering('green')).toBe(true);
    });

    test.each([
      ['dead', 'systemctl stop blue', 'v-blue', /blue:8001: .*(refused|connect)/i],
      ['another release', ':', 'v-other', /blue:8001 answered as v-blue instead of v-other/],
    ])('in force and %s: turned back', async (_, act, version, says) => {
      const before = await lb.standing();
      const { keep, write, reload, confirm, back } = steps({ decides: decision(2, version) });
      for (const script of [keep, write, reload]) await well(script);
      await lb.host.run(act);
      expect(await settled()).toMatch(/^turned-back /);
      expect((await well(askTraffic(place))).facts.get('decision')?.[0]).toMatch(says);
      expect(await lb.standing()).toBe(before);
      expect(await lb.answering('green')).toBe(true);
      expect(await refused(confirm)).toMatch(/came too late.*turned-back/);
      await well(back);
      expect(await lb.standing()).toBe(before);
    });

    test('written and not reloaded: the old file is put back', async () => {
      const before = await lb.standing();
      const { keep, write, reload } = steps({ decides: decision(1) });
      await well(keep);
      await well(write);
      expect((await well(askTraffic(place))).facts.get('unfinished')?.[0]).toContain('"run":"r-1"');
      expect(await settled()).toMatch(/^not-switched /);
      expect(await lb.standing()).toBe(before);
      expect(await refused(reload)).toMatch(/decision on the switch was taken already/);
      expect(await lb.answering('green')).toBe(true);
    });

    test('no client to ask with: turned back, and the assessment says so before', async () => {
      await lb.host.run('mkdir /root/clients && mv /usr/bin/curl /usr/bin/wget /usr/bin/python3 /root/clients/ 2> /dev/null; ls /root/clients');
      try {
        expect((await well(askTraffic(place))).facts.get('http-client')).toEqual(['none']);
        const { keep, write, reload } = steps({ decides: decision(1) });
        for (const script of [keep, write, reload]) await well(script);
        expect(await settled()).toMatch(/^turned-back .*neither curl nor python3 nor wget/);
        expect(await lb.text()).toBe(textFor('green'));
      } finally {
        await lb.host.run('mv /root/clients/* /usr/bin/ && rmdir /root/clients');
      }
    });

    test('lost with a restart of the host: the next run takes it up, and its undo goes back to what was found first', async () => {
      const before = await lb.standing();
      const first = steps();
      for (const script of [first.keep, first.write, first.reload]) await well(script);
      await lb.host.reboot();
      await lb.host.run('systemctl start blue green nginx');
      await until('blue answers', () => lb.answering('blue'));
      const { facts } = await well(askTraffic(place));
      expect(facts.get('unfinished')?.[0]).toContain('"run":"r-1"');
      expect(facts.get('recorded')).toEqual(['x']);
      expect(facts.get('decision')).toBeUndefined();

      const blue = createHash('sha256').update(textFor('blue')).digest('hex');
      const keep = keepTraffic(place, { runJson: facts.get('unfinished')?.[0] ?? '', hash: blue, recorded: ['y'] });
      const write = (seconds: number): string => writeConfig(place, { way: 'sudo', unit: 'nginx.service', text: bytesFor('blue'), expectedHash: blue, decision: decision(seconds) });
      await well(keep);
      // It was in force when the second run wrote it: left alone once more, the host keeps it.
      await well(write(1));
      expect(await settled()).toMatch(/^kept /);
      await well(keep);
      await well(write(60));
      await well(first.back);
      expect(await lb.standing()).toBe(before);
      expect(await lb.answering('green')).toBe(true);
    });

    test('lost, and the next run is another one: its undo goes back to what itself found', async () => {
      const first = steps();
      for (const script of [first.keep, first.write, first.reload]) await well(script);
      await lb.host.run(`read -r pid start < '${kept}/arm/pid' && kill -KILL -- "-$pid"`);
      const blue = createHash('sha256').update(textFor('blue')).digest('hex');
      const second = steps({ run: 'r-2', text: bytesFor('green') });
      await well(keepTraffic(place, { runJson: '{"run":"r-2"}', hash: blue }));
      await well(writeConfig(place, { way: 'sudo', unit: 'nginx.service', text: bytesFor('green'), expectedHash: blue, decision: decision() }));
      await well(second.reload);
      expect(await lb.answering('green')).toBe(true);
      await well(second.back);
      expect(await lb.answering('blue')).toBe(true);
      expect(await lb.text()).toBe(textFor('blue'));
    });

    test('an earlier decision that waits is not run over', async () => {
      const { keep, write } = steps({ decides: decision(3) });
      await well(keep);
      await well(write);
      const { facts } = await well(askTraffic(place));
      expect(facts.get('decision-pending')?.[0]).toMatch(/^\d{4}-/);
      const next = keepTraffic(place, { runJson: '{"run":"r-2"}', hash: createHash('sha256').update(textFor('blue')).digest('hex') });
      expect(await refused(next)).toMatch(/waits for its decision until/);
      await well(closeTraffic(place, 'drop', 'r-2'));
      expect(await settled()).toMatch(/^not-switched /);
      for (const name of ['keep', 'write', 'reload', 'confirm', 'close'] as const) await well(steps({ run: 'r-2' })[name]);
      expect(await lb.answering('blue')).toBe(true);
    });

    test('never against a confirmation: whoever comes first has the last word', async () => {
      const seen = new Set<string>();
      await lb.host.run('systemctl stop blue');
      for (let race = 0; race < races; race += 1) {
        const { keep, write, reload, confirm, back, close } = steps({ decides: decision(1), run: `r-${race}` });
        await well(keep);
        await well(write);
        await well(reload);
        const ran = await lb.step(untilAsleep(race) + confirm);
        seen.add(ran.code === 0 ? 'confirmed' : 'turned back');
        if (ran.code === 0) {
          expect(await lb.text()).toBe(textFor('blue'));
          expect(await lb.waiting()).toBe('');
          expect(await lb.host.run(`cat '${kept}/arm/word' 2> /dev/null || :`)).toBe('');
        } else {
          expect(ran.output).toMatch(/turned-back/);
          expect(await lb.text()).toBe(textFor('green'));
        }
        await well(back);
        await well(close);
      }
      if (races >= 50) expect([...seen].toSorted()).toEqual(['confirmed', 'turned back']);
    });

    test('never against a reload: what lies there is what is in force', async () => {
      const seen = new Set<string>();
      for (let race = 0; race < Math.ceil(races / 2); race += 1) {
        const { keep, write, reload, back, close } = steps({ decides: decision(1), run: `r-${race}` });
        await well(keep);
        await well(write);
        await lb.step(untilAsleep(race) + reload);
        const [word = ''] = (await settled()).split(' ');
        seen.add(word);
        const live = word === 'kept' ? 'blue' : 'green';
        expect([word, await lb.text()]).toEqual([word, textFor(live)]);
        await until(`${live} answers`, () => lb.answering(live), 5);
        await well(back);
        expect(await lb.answering('green')).toBe(true);
        await well(close);
      }
      expect([...seen].filter((word) => !['kept', 'not-switched'].includes(word))).toEqual([]);
      if (races >= 100) expect(seen.size).toBe(2);
    });
  });
});
