/** Words that would break a summary, a diagram or a log if they were not made harmless. */
import fc from 'fast-check';
import type { Report } from '../../src/outcome.ts';

const pieces = [
  '`', '``', '```', '````\n', '~~~', '|', '\\', '\\|', '\n', '\n\n', '\r\n', '\r', '\u2028', '# ', '- ', '1. ', '> ', '---', '***', '**', '_', '<', '>', '&',
  '<details>', '</details>', '<script>alert(1)</script>', '<!--', '-->', '<a href="x">', '<!channel>', '@octocat', '[x](javascript:alert)', '![i](http://x)', '[x]: y', '[x]',
  '&lt;', '&#124;', '::error::', '::add-mask::', '##[error]', '##[', '$a$', '$$', '\u202e', '\u2066', '\u200b', '\u001b[31m', '\u001b]0;t\u0007', '\u009b2J', '\0',
  '%%{init: {}}%%', 'section x', 'click a', 'title ', 'gantt', ':', ';', '#', '"', '2025-01-01', '%%', ' : crit, 0, 1', '}', '{', '\ud800', '\u{1F600}', 'é', ' ', 'x', 'word ',
];

/** Never blank, so that whatever is built from it has the same shape as from other words. */
export const hostile = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) }), { maxLength: 12 })
  .map((parts) => parts.join(''))
  .chain((words) => fc.constantFrom(`${words}w`, `w${words}`, `${words}w${words}`));

/** The same report with every word of others replaced. */
export function withWords(report: Report, next: () => string): Report {
  const { run, from, to } = report;
  const release = { names: [next()], subject: next() };
  return {
    ...report,
    run: { ...run, actor: next(), trigger: next(), environment: next(), method: next(), reason: next(), id: next() },
    ...(from === undefined ? {} : { from: { ...from, ...release } }),
    ...(to === undefined ? {} : { to: { ...to, ...release } }),
    failures: report.failures.map((failure) => ({ ...failure, what: next(), fix: next(), why: next(), step: next(), host: next() })),
    commits: report.commits.map((commit) => ({ ...commit, subject: next(), author: next(), time: next() })),
    migrations: report.migrations.map(() => ({ revision: next(), title: next() })),
    migrationSql: report.migrationSql === '' ? '' : next(),
    plan: { stages: report.plan.stages.map((stage) => ({ ...stage, name: next(), steps: stage.steps.map((step) => ({ ...step, title: next(), host: next() })) })) },
    hosts: report.hosts.map((host) => ({ ...host, host: next(), message: next() })),
    checks: report.checks.map((check) => ({ ...check, name: next(), url: next(), host: next(), message: next() })),
    timeline: report.timeline.map((span) => ({ ...span, stage: next(), title: next(), host: next() })),
    lostRows: [{ table: next(), rows: 3 }],
    backups: report.backups.map((backup) => ({ ...backup, host: next(), location: next() })),
    logs: report.logs.map(() => ({ host: next(), file: next(), text: next() })),
    notes: report.notes.map(() => next()),
  };
}

/** What these say is chosen from a closed list of this project, whatever the world sends. */
const vocabulary: ReadonlySet<string> = new Set(['result', 'reasonCode', 'health', 'verdict', 'kind', 'code', 'rule']);

/** The same report with every string in it replaced, but those of a closed list. */
export function everyWord(report: Report, next: () => string): Report {
  return JSON.parse(JSON.stringify(report), (key, value: unknown) => (typeof value === 'string' && !vocabulary.has(key) ? next() : value));
}

/** One for each way in which words of others could be taken for something else. */
export const attacks: Readonly<Record<string, string>> = {
  'Markdown blocks': '# h\n\n- [x] a\n\n> q\n\n---\n\n| a | b |\n| - | - |\n| c | d |\n\n1. x',
  'Markdown in a line': '**b** _i_ ~~s~~ [l](https://evil.example) ![p](https://evil.example/p.png) `c` $m$ :tada: \\| |',
  'a table row': '| x | y |',
  'a heading under a line': 'title\n===',
  'fences': '```\n````mermaid\ngraph TD\n~~~\n``````````',
  'many backticks': `\`${'`'.repeat(200)}`,
  'HTML': '<script>alert(1)</script><img src=x onerror=alert(1)><b>b</b><!-- --><svg onload=x>',
  'the end of what is folded': '</details></summary></table></td></code></pre><details open>',
  'entities': '&lt;script&gt; &#60;b&#62; &amp;#124; &nbsp;',
  'a link definition': '[here]: https://evil.example "t"\n\n[here]',
  'a mention and an address': '@octocat, <@U0> <!channel> a.b@evil.example https://evil.example/)x www.evil.example mailto:a@evil.example',
  'Mermaid': 'x :crit, 0, 1\n section s\n%%{init: {"theme": "dark"}}%%\nclick a href "https://evil.example"\ngantt\n  title t; y',
  'an axis of Mermaid': '"] \nbar [1, 2]\n title "x',
  'workflow commands': '::set-output name=result::rolled-back\n::error::x\r::add-mask::a\u2028::stop-commands::t\n##[error]x ##[group]y ##vso[task.x]',
  'terminal codes': '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007 \u009b2J \u0007\u0008\u0000',
  'bidi controls': 'a\u202eb\u2066c\u2069\u200f\u200b\ufeff d',
  'halves of characters': '\ud800 \udc00 \ud83d',
  'nothing but blanks': ' \t\n \u00a0\n',
  'JSON and shell': '"}]}\', $(reboot) `reboot` ; %0A %25 \\n \\u0000',
  'a delimiter of outputs': 'ghadelimiter_x\nresult=rolled-back\nghadelimiter_x',
  '5 MB in a line': '`|<&*_'.repeat(830_000),
  '5 MB of lines': '<b>x\n'.repeat(1_000_000),
  '5 MB of blanks': `${' '.repeat(5_000_000)}x`,
};
