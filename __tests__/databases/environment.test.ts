import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../src/commands/environment.ts';
import { present } from '../hosts/shells.ts';
import { runScript } from './script.ts';

const file = String.raw`# a comment
; another
PLAIN=value
BLANKS =  spaced out   
export EXPORTED=yes
SINGLE='it is $HOME \n "so"'
DOUBLE="a \"quoted\" \$HOME \\ back\slash"
COMMENT=value # said aside
HASH=a#b
JOINED='it'"'"'s'
EMPTY=
QUOTED_EMPTY=""
URL=mysql://a:p%40ss@h/db?x=1&y=2
COMMAND=$(touch /tmp/never)` + '`id`' + String.raw`
LINES="first
second"
not an assignment
=nothing
2BAD=no
TWICE=one
TWICE=two
UTF8=naïve 日本
PPID=7
LAST=end`;

describe('the env file of an application', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollback-env-'));
  afterAll(() => { rmSync(folder, { recursive: true }); });

  test.each(present('gawk', 'mawk', 'busybox'))('is exported literally, read by %s', async (awk) => {
    const tools = join(folder, awk);
    mkdirSync(tools);
    symlinkSync(execFileSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).trim(), join(tools, 'awk'));
    const path = join(folder, `${awk} it's.env`);
    writeFileSync(path, file);
    const { code, output } = await runScript(`( ${environmentOf({ kind: 'env-file', file: path, key: 'URL' })} env -0 | tr '\\n\\0' '~\\n' )`, { env: { PATH: `${tools}:${process.env['PATH'] ?? ''}` } });
    const ours = output.split('\n').filter((line) => !/^(?:PATH|LC_ALL|GIT_|PYTHON|PWD|OLDPWD|SHLVL|_)/.test(line)).sort();
    expect(code).toBe(0);
    expect(ours.join('\n')).toMatchInlineSnapshot(`
      "
      BLANKS=spaced out
      COMMAND=$(touch /tmp/never)\`id\`
      COMMENT=value
      DOUBLE=a "quoted" $HOME \\ back\\slash
      EMPTY=
      EXPORTED=yes
      HASH=a#b
      JOINED=it's
      LAST=end
      LINES=first~second
      PLAIN=value
      QUOTED_EMPTY=
      SINGLE=it is $HOME \\n "so"
      TWICE=two
      URL=mysql://a:p%40ss@h/db?x=1&y=2
      UTF8=naïve 日本"
    `);
  });

  test('a database URL of the inputs goes to the process under the key that the application reads', async () => {
    const { output } = await runScript(`( ${environmentOf({ kind: 'secret', exportAs: 'DB' })} printf %s "$DB" )`, { secret: `mysql://u:it's $HOME@h/d` });
    expect(output).toBe(`mysql://u:it's $HOME@h/d`);
  });

  test('a file that is not there stops the step', async () => {
    const { code, output } = await runScript(`( ${environmentOf({ kind: 'env-file', file: '/nowhere/.env', key: 'URL' })} )`);
    expect(code).not.toBe(0);
    expect(output).toContain('/nowhere/.env');
  });
});
