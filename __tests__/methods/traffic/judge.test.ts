import { describe, expect, test } from 'vitest';
import { judgeMachine, noteMachine } from '../../../src/methods/traffic/judge.ts';

const place = { environment: 'production', file: '/etc/nginx/conf.d/app.conf', upstream: 'app' };
const facts = (told: Readonly<Record<string, string | readonly string[]>>): ReadonlyMap<string, readonly string[]> => new Map(Object.entries({ user: 'deploy', ...told }).map(([name, value]) => [name, [value].flat()]));
const judge = (told: Parameters<typeof facts>[0]) => judgeMachine(place, 'lb-1', facts(told)).map(({ code, host, what, fix }) => `${host}: ${code}: ${what}. ${fix}`);

describe('a load balancer', () => {
  test('that is well has nothing against it', () => expect(judge({ disk: ['journal 1000000000 /home', 'configuration 1000000000 /etc/nginx/conf.d'] })).toEqual([]));

  test.each<[string, Parameters<typeof facts>[0], readonly RegExp[]]>([
    ['lacks programs', { 'missing-tool': ['awk', 'gzip'], 'nginx-absent': 'is not there' }, [/^lb-1: missing-tool: the program awk/, /gzip/]],
    ['has no such file', { 'nginx-absent': 'is not there', 'no-right': 'x' }, [/invalid-input: \/etc\/nginx\/conf\.d\/app\.conf is not there\. Correct the input "nginx-config"/]],
    ['gives no rights', { 'no-right': ['/usr/sbin/nginx -t', '/usr/bin/systemctl reload nginx.service'] }, [/no-rights: deploy may not run `sudo -n \/usr\/sbin\/nginx -t`\. Add to sudoers on lb-1: deploy ALL=\(root:root\) NOPASSWD: \/usr\/sbin\/nginx -t/, /systemctl reload/]],
    ['does not run nginx', { 'nginx-stopped': 'nginx.service is failed failed' }, [/nginx-not-running: nginx does not run: nginx\.service is failed/]],
    ['cannot write', { 'nginx-read-only': '/etc/nginx/conf.d' }, [/no-rights: \/etc\/nginx\/conf\.d is on a file system that is read-only/]],
    ['has a configuration that is wrong', { 'nginx-invalid': ['[emerg] in app.conf:9', 'more'] }, [/nginx-config-invalid/]],
    ['has one that is too large', { 'nginx-config-too-large': '900000' }, [/upstream-unsafe: .*too large/]],
    ['has no room', { disk: ['journal 1000000000 /home', 'configuration 1000 /etc/nginx/conf.d'] }, [/disk-full: .*\/etc\/nginx\/conf\.d \(configuration\)/]],
  ])('%s', (_what, told, expected) => {
    const said = judge(told);
    expect(said).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(said[index]).toMatch(pattern);
  });

  test('that could not decide well by itself is told beforehand', () => {
    expect(noteMachine(facts({ 'http-client': 'curl' }))).toEqual([]);
    expect(noteMachine(facts({ 'decision-pending': '2026-01-01T10:00:00Z' }))).toEqual(['a switch waits to be confirmed there; the host decides by itself at 2026-01-01T10:00:00Z unless it is.']);
    expect(noteMachine(facts({ 'http-client': 'none', 'kills-user-processes': 'yes' }))).toEqual([expect.stringContaining('KillUserProcesses'), expect.stringContaining('can only turn back')]);
  });
});
