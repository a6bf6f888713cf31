import { debug, endGroup, error, info, startGroup, warning } from '@actions/core';
import type { Log } from '../../ports.ts';
import { harmlessLines } from './harmless.ts';

/** The job's log on GitHub: groups fold, warnings and errors become annotations. */
export const actionsLog: Log = {
  info: (line) => harmlessLines(line).forEach((each) => info(each)),
  warning: (line) => warning(harmlessLines(line).join('\n')),
  error: (line) => error(harmlessLines(line).join('\n')),
  group(title, lines) {
    startGroup(harmlessLines(title).join(' '));
    for (const line of harmlessLines(lines)) info(line);
    endGroup();
  },
};

/** For those who have set ACTIONS_STEP_DEBUG. */
export function tellDebuggers(thrown: unknown): void {
  if (thrown instanceof Error && thrown.stack !== undefined) debug(harmlessLines(thrown.stack).join(' '));
}
