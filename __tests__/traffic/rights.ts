/** What the SSH user may do on a balancer, in each way that the documentation offers, put there from the files that it offers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../fleet/host.ts';
import { nginxFile } from './nginx-file.ts';

/**
 * `lines`: the exact lines of examples/sudoers; `helper`: examples/rollback-nginx-apply and the one line that it takes;
 * `direct`: the file and its folder are the user's own, and only test and reload need root; `none`: not even those.
 */
export type Rights = 'lines' | 'helper' | 'direct' | 'none';

const folderOfExamples = join(import.meta.dirname, '../../examples');
const sudoers = '/etc/sudoers.d/rollback';
const helper = '/usr/local/sbin/rollback-nginx-apply';
const folder = nginxFile.slice(0, nginxFile.lastIndexOf('/'));

export async function grant(host: Host, rights: Rights): Promise<void> {
  await host.run(`chown root:root ${folder} && chmod 0755 ${folder} && chown root:adm ${nginxFile} && chmod 0640 ${nginxFile} && rm -f ${helper} ${sudoers}`);
  // The file is not the world's to read: the group may.
  await host.run(`usermod --append --groups adm deploy`);
  switch (rights) {
    case 'lines':
      return allow(host, rightsFor('lines'));
    case 'helper':
      await host.write(helper, readFileSync(join(folderOfExamples, 'rollback-nginx-apply')), '0755');
      return allow(host, rightsFor('helper'));
    case 'direct':
      await host.run(`chown deploy:adm ${nginxFile} && chown root:deploy ${folder} && chmod 0775 ${folder}`);
      return allow(host, ['deploy ALL=(root:root) NOPASSWD: /usr/sbin/nginx -t', 'deploy ALL=(root:root) NOPASSWD: /usr/bin/systemctl reload nginx.service']);
    case 'none':
      return;
  }
}

/** Takes one line of sudoers away. */
export async function revoke(host: Host, line: string): Promise<void> {
  const all = (await host.run(`cat ${sudoers}`)).split('\n').filter(Boolean);
  if (!all.includes(line)) throw new Error(`${sudoers} has no line ${line}: ${all.join('\n')}`);
  await allow(host, all.filter((each) => each !== line));
}

async function allow(host: Host, granted: readonly string[]): Promise<void> {
  await host.write(sudoers, `${granted.join('\n')}\n`, '0440');
  await host.run(`visudo -cqf ${sudoers}`);
}

/** The lines of examples/sudoers that this way takes; those for a helper are the ones that name it. */
export function rightsFor(way: 'lines' | 'helper'): readonly string[] {
  return examples().filter((line) => line.includes(helper) === (way === 'helper') || !/nginx/.test(line));
}

function examples(): readonly string[] {
  return ['sudoers', 'sudoers-load-balancer'].map((name) => join(folderOfExamples, name)).filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('deploy ') || line.startsWith('Defaults')));
}
