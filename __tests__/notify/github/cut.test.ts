import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutMarkdown, longestBody } from '../../../src/notify/github/cut.ts';

const rest = '**Cut here.** The run has the rest.';

test('what fits stays as it is', () => {
  const whole = 'x'.repeat(longestBody);
  expect(cutMarkdown(whole, rest)).toBe(whole);
  expect(cutMarkdown(`${whole}x`, rest).endsWith(rest)).toBe(true);
});

test('it is cut at a line, and what it leaves open is closed', () => {
  const log = Array.from({ length: 100 }, (_none, line) => `line ${line}`).join('\n');
  expect(cutMarkdown(`# Report\n\n<details><summary>Log</summary>\n\n\`\`\`\`text\n${log}\n\`\`\`\`\n\n</details>\n`, rest, 380)).toBe([
    '# Report', '', '<details><summary>Log</summary>', '', '````text', 'line 0', 'line 1', 'line 2', 'line 3', 'line 4', '````', '\n</details>', '', rest,
  ].join('\n'));
});

test('a heading or a shorter fence within a fence closes nothing', () => {
  const cut = cutMarkdown(`\`\`\`\`\n\`\`\`\n## Timeline\n</details>\n${'x\n'.repeat(400)}\`\`\`\``, rest, 400);
  expect(cut.split('\n').filter((line) => line === '````')).toHaveLength(2);
});

test('it never gets longer than it may, and keeps whole lines', () => {
  const piece = fc.constantFrom('`'.repeat(3), '`'.repeat(33), '<details>', '</details>', '## Title', 'words of somebody', '', '| a | b |');
  fc.assert(fc.property(fc.array(piece, { maxLength: 200 }), fc.integer({ min: 400, max: 1200 }), (lines, longest) => {
    const markdown = lines.join('\n');
    const cut = cutMarkdown(markdown, rest, longest);
    expect(cut.length).toBeLessThanOrEqual(Math.max(longest, 0));
    if (cut !== markdown) expect(cut.endsWith(`\n\n${rest}`)).toBe(true);
  }));
});
