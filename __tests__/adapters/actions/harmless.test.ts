import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { harmlessLines } from '../../../src/adapters/actions/harmless.ts';

/**
 * What actions/runner takes for a command, read off its ActionCommand.cs: `TryParseV2` trims blanks at the start and wants `::name …::`;
 * `TryParse` looks for `##[name …]` anywhere. Its ProcessInvoker ends lines at \r\n, \n and a lone \r.
 */
function commandsIn(printed: string): readonly string[] {
  return printed.split(/\r\n|\n|\r/).filter((line) => {
    const second = line.trimStart();
    return (second.startsWith('::') && second.indexOf('::', 2) >= 0) || (line.includes('##[') && line.indexOf(']', line.indexOf('##[')) >= 0);
  });
}

describe('what a host prints can only be printed', () => {
  it.each([
    ['::set-output name=result::rolled-back'],
    ['   ::error::x'],
    ['web-1 | ##[set-output name=outcome;]success'],
    ['progress\r::stop-commands::x'],
    ['\u001b[31m::warning::x'],
    ['\u001b]0;title\u0007::debug::x'],
    ['\u202e::error::x'],
    ['\u00a0::error::x'],
    ['\u2028::error::x'],
    ['#\u0000#[error]x'],
    [':\u0000:error::x'],
    ['#\u001b[0m#[error]x'],
    [':\u001b[1m:error::x'],
  ])('%j', (text) => {
    expect(commandsIn(harmlessLines(text).join('\n'))).toEqual([]);
  });

  const part = fc.constantFrom('::', '##[', ']', ':', '#', '[', ' ', '\t', '\r', '\n', '\u001b[0m', '\u0000', '\u009b', '\u202e', '\ufeff', '\u200b', 'set-output name=x', 'error', 'a');
  test('whatever is put together', () => {
    fc.assert(fc.property(fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')), (text) => {
      expect(commandsIn(harmlessLines(text).join('\n'))).toEqual([]);
    }), { numRuns: 20_000 });
  });

  test('and an ordinary line stays as it is', () => {
    const line = 'INFO  [alembic.runtime] a::b #1 [x] – 12 % 🚀';
    expect(harmlessLines(line)).toEqual([line]);
    expect(harmlessLines('a\r\nb\tc')).toEqual(['a', 'b  c']);
  });
});
