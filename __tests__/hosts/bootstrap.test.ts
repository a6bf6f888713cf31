import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote, words } from '../../src/commands/quote.ts';
import { bootstrap, message } from '../../src/hosts/bootstrap.ts';
import { login, shells } from './local.ts';

test('every login shell hands it on unchanged', () => {
  expect(bootstrap).toMatch(/^exec \/bin\/sh -c '[^'\\!\n]+'$/);
});

test('what a host cannot hold is refused here', () => {
  expect(() => message('echo \0')).toThrow(RangeError);
  expect(() => quote('\0')).toThrow(RangeError);
});

describe.each(shells)('login shell %s', (shell) => {
  const strings = fc.array(fc.string({ unit: 'binary' }).map((one) => one.replaceAll('\0', '')), { minLength: 400, maxLength: 400 });

  test('words arrive as they are, whatever is in them', async () => {
    await fc.assert(fc.asyncProperty(strings, async (all) => {
      const { code, stdout } = await login(shell, message(`for word in ${words(...all)}; do printf '%s\\000' "$word"; done`));
      expect(code).toBe(0);
      expect(stdout.split('\0').slice(0, -1)).toEqual(all.map((one) => Buffer.from(one).toString()));
    }), { numRuns: 3, endOnFailure: true });
  });

  test('bytes that no text has arrive too, and so do newlines at the end', async () => {
    const all = Array.from({ length: 255 }, (_, byte) => byte + 1);
    const octal = all.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    const { stdout } = await login(shell, message(`printf '${octal}' | od -An -tu1 -v | tr -s ' \\n' ' '; v='a\n\n'; printf '%s' "$v" | wc -c\n\n`));
    expect(stdout.trim().split(/\s+/).map(Number)).toEqual([...all, 3]);
  });

  test('nothing of what came is run when it was cut short or damaged', async () => {
    const whole = message('echo ran; echo ran; echo ran; echo ran');
    const cuts = [0, 1, 2, 10, 66, 67, 68, 77, 78, 90, whole.length - 1].map((length) => whole.slice(0, length));
    const damaged = [whole.replace('echo ran', 'echo RAN'), whole.replace(/[0-9a-f](?=\n)/, (digit) => (digit === '0' ? '1' : '0')), `x${whole}`];
    for (const { code, stdout } of await Promise.all([...cuts, ...damaged].map((input) => login(shell, input)))) {
      expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
    }
    expect(await login(shell, whole)).toMatchObject({ code: 0, stdout: 'ran\n'.repeat(4) });
  });

  test('what is sent is in nobody\'s arguments', async () => {
    const { stdout } = await login(shell, message("canary=in-memory; cat /proc/*/cmdline 2>/dev/null | tr '\\000' ' ' | grep -c in-memor[y]"));
    expect(stdout).toBe('0\n');
  });
});

test('a script of 5 MB runs', async () => {
  const { stdout } = await login('sh', message(`v=${quote('x'.repeat(5_000_000))}; echo "\${#v}"`));
  expect(stdout).toBe('5000000\n');
});
