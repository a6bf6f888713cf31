import type { Report } from '../../outcome.ts';

/** What is left to people, as boxes to tick. */
export function prevention({ result, run }: Pick<Report, 'result' | 'run'>): string {
  const drilled = run.drill === true && result === 'rolled-back';
  const tasks = drilled ? afterDrill : [...(result === 'rolled-back' || result === 'unchanged' ? [] : ['Production brought to a good release']), ...afterIncident];
  return tasks.map((task) => `- [ ] ${task}`).join('\n');
}

const afterDrill = [
  'What went slower, or otherwise, than expected is written down above',
  'Each target that was missed has an owner and a date',
  'Procedure and documentation brought up to date',
];

const afterIncident = [
  'Root cause found, and written down above',
  'Cause mended, with a test that fails without the mending',
  'Looked at why it was not found before it reached production',
  'Alarms and smoke tests completed so that it would be found sooner',
  'Procedure and documentation brought up to date',
  'Reviewed by the team, with names and dates for what is left',
];
