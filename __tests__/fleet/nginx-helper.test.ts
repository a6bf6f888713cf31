import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sudoersFor } from '../../src/commands/nginx/rights.ts';
import { words } from '../../src/commands/quote.ts';
import { fleetAvailable } from './available.ts';
import { file, openLoadBalancer, place, textFor, type LoadBalancer } from './nginx-scene.ts';

const available = await fleetAvailable();
const helper = '/usr/local/sbin/rollback-nginx-apply';

describe.skipIf(!available)('the helper on a real host', () => {
  let scene: Awaited<ReturnType<typeof openLoadBalancer>>;
  let lb: LoadBalancer;
  beforeAll(async () => {
    scene = await openLoadBalancer();
    lb = scene.lb;
    await lb.host.write(helper, readFileSync(new URL('../../examples/rollback-nginx-apply', import.meta.url)), '0755');
    await lb.allow(sudoersFor(place, 'deploy', 'helper'));
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => lb.reset());

  const apply = (text: string | Buffer, args: readonly string[] = [file, 'green_matchers'], user: 'deploy' | 'root' = 'deploy') =>
    lb.host.exec(`${user === 'root' ? '' : 'sudo -n '}${words(helper, ...args)}`, { user, input: text });

  test('gives the file other servers, and leaves mode, owner and nothing beside', async () => {
    const before = await lb.standing();
    expect(await apply(textFor('blue'))).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await lb.standing()).toBe(before.replace(textFor('green'), textFor('blue')));
    expect(await lb.host.run('ls /tmp')).not.toMatch(/^tmp\./m);
  });

  test('runs for no other file or block that sudoers does not name', async () => {
    for (const args of [[file, 'other'], [`${file}x`, 'green_matchers'], [file], [file, 'green_matchers', 'more']]) {
      const { code, stderr } = await apply(textFor('blue'), args);
      expect([code, stderr]).toEqual([1, expect.stringContaining('sudo: ') as string]);
    }
  });

  const refusals: readonly (readonly [string, string, readonly string[] | undefined, string | Buffer, RegExp])[] = [
    ['another line', ':', undefined, textFor('blue').replace('listen 80', 'listen 81'), /more than the server lines/],
    ['NUL', ':', undefined, textFor('blue').replace('blue', 'bl\0ue'), /NUL/],
    ['too much', ':', undefined, Buffer.alloc(1_100_000, ' '), /too large/],
    ['nothing', ':', undefined, '', /ends of the two texts|has no block/],
    ['another end', ':', undefined, textFor('blue').trimEnd(), /ends of the two texts/],
    ['a link', `mv ${file} /etc/nginx/x && ln -s ../x ${file}`, undefined, textFor('blue'), /is a link/],
    ['a folder that others may write', 'chmod 0777 /etc/nginx/conf.d', undefined, textFor('blue'), /may be written by others/],
    ['a folder of somebody else', 'chown deploy /etc/nginx/conf.d', undefined, textFor('blue'), /does not belong to root/],
    ['a file elsewhere', 'cp /etc/nginx/conf.d/green-matchers.conf /etc/x.conf', ['/etc/x.conf', 'green_matchers'], textFor('blue'), /not below \/etc\/nginx/],
    ['a way out', ':', ['/etc/nginx/../x.conf', 'green_matchers'], textFor('blue'), /no plain path/],
    ['no file', ':', ['/etc/nginx/conf.d/none.conf', 'green_matchers'], textFor('blue'), /is no file/],
    ['no plain name', ':', [file, 'green matchers'], textFor('blue'), /no plain name/],
    ['too few words', ':', [file], textFor('blue'), /takes a file and/],
  ];
  test.each(refusals)('refuses %s, and touches nothing', async (_, act, args, text, why) => {
    await lb.host.run(act);
    const before = await lb.standing();
    const { code, stderr } = await apply(text, args, 'root');
    expect([code, stderr]).toEqual([1, expect.stringMatching(why) as string]);
    expect(await lb.standing()).toBe(before);
    await lb.host.run('rm -f /etc/nginx/x /etc/x.conf');
  });

  test('puts nothing through a link that lies where it writes', async () => {
    await lb.host.run(`echo mine > /srv/victim && ln -s /srv/victim ${file}.rollback-new`);
    expect((await apply(textFor('blue'))).code).toBe(0);
    expect(await lb.host.run('cat /srv/victim')).toBe('mine\n');
    expect(await lb.text()).toBe(textFor('blue'));
  });
});
