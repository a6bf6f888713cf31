import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrame } from '../../src/hosts/frame.ts';

const whole = '\nn7 begin\na=1\na=2=3\nempty=\nn7 status finished 4\nn7 output\nline\nn7 is no mark\nlast\nn7 end\n';

test('facts, status and output are read out of whatever is printed around them', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (before, after) => {
    expect(readFrame(before + whole + after, 'n7')).toEqual({
      status: 'finished 4', facts: new Map([['a', ['1', '2=3']], ['empty', ['']]]), output: 'line\nn7 is no mark\nlast',
    });
  }));
});

test('an answer that is cut short anywhere is none', () => {
  for (let length = 0; length < whole.length; length += 1) expect(readFrame(whole.slice(0, length), 'n7')).toBe(length < 10 ? 'none' : 'cut');
});

test('no facts, no output', () => {
  expect(readFrame('\nn7 begin\nn7 status 0\nn7 output\n\nn7 end\n', 'n7')).toEqual({ status: '0', facts: new Map(), output: '' });
});

test('another question\'s answer is none', () => {
  expect(readFrame(whole, 'n8')).toBe('none');
});

test('a password in an address is not handed on: only the host knows it, and no mask hides it', () => {
  const error = (url: string) => `ValueError: invalid interpolation syntax in '${url}' at position 22`;
  const read = readFrame(`\nn7 begin\nalembic-error=${error('mysql+pymysql://app:p%40s/s@w@127.0.0.1/db')}\nn7 status 1\nn7 output\n${error('mysql://app:x@h/db')} postgresql://:y@h https://host:8000/a@b\nn7 end\n`, 'n7');
  expect(read).toMatchObject({
    facts: new Map([['alembic-error', [error('mysql+pymysql://app:***@127.0.0.1/db')]]]),
    output: `${error('mysql://app:***@h/db')} postgresql://:***@h https://host:***@b`,
  });
});
