import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rightsFacts } from '../../src/commands/systemd.ts';
import { runScript } from './shell.ts';

const commands = [['systemctl', 'restart', 'api.service'], ['nginx', '-t']];

/** What is refused to a user for whom `sudo -n -l` prints this; with a command it says yes to all, as it does once any command needs no password. */
function refused(listing: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'rights-'));
  try {
    for (const [name, text] of [['sudo', `[ $# -gt 2 ] && exit 0\ncat <<'END'\n${listing}\nEND`], ['id', 'echo 1000']] as const) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const ran = runScript(rightsFacts(commands), { PATH: `${folder}:${process.env['PATH'] ?? ''}` });
    expect(ran.code, ran.output).toBe(0);
    return ran.facts.get('no-right') ?? [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const head = 'Matching Defaults entries for deploy on web-1:\n    env_reset, !requiretty\n\nUser deploy may run the following commands on web-1:';

test.each<readonly [string, string, readonly string[]]>([
  ['each command named', `${head}\n    (root : root) NOPASSWD: /usr/bin/systemctl restart api.service, /usr/sbin/nginx -t`, []],
  ['a line each', `${head}\n    (root) NOPASSWD: /bin/systemctl restart api.service\n    (root) NOPASSWD: /usr/sbin/nginx`, []],
  ['everything', `${head}\n    (ALL : ALL) NOPASSWD: ALL`, []],
  ['everything, after a tag', `${head}\n    (ALL) SETENV: NOPASSWD: ALL`, []],
  ['no passwords at all', 'Matching Defaults entries for deploy on web-1:\n    !authenticate\n\nUser deploy may run the following commands on web-1:\n    (ALL) ALL', []],
  ['a wildcard', `${head}\n    (root) NOPASSWD: /usr/bin/systemctl * api.service, /usr/sbin/nginx -t`, []],
  ['everything, but with a password, and something else without', `${head}\n    (ALL : ALL) ALL\n    (root) NOPASSWD: /usr/bin/uptime`, ['systemctl restart api.service', 'nginx -t']],
  ['a password again after a tag', `${head}\n    (root) NOPASSWD: /usr/sbin/nginx -t, PASSWD: /usr/bin/systemctl restart api.service`, ['systemctl restart api.service']],
  ['another unit', `${head}\n    (root) NOPASSWD: /usr/bin/systemctl restart other.service, /usr/sbin/nginx -t`, ['systemctl restart api.service']],
  ['nothing', '', ['systemctl restart api.service', 'nginx -t']],
])('%s', (_, listing, expected) => {
  expect(refused(listing)).toEqual(expected);
});
