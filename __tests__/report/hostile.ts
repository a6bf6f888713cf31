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
