import type { Facts, JobState } from '../ports.ts';
import { runFolder } from './run-folder.ts';
import type { Run } from './run-folder.ts';

/** Asks for the jobs of a run, in the order in which they were first started. Facts: `job` is `<id> running|interrupted|<rc>`. */
export function askJournal(run: Run): string {
  return `${runFolder(run)}cd "$run" 2>/dev/null && [ -e order ] || exit 0
while IFS= read -r id; do
  if [ -s "$id/rc" ]; then fact job "$id" "$(tr -d ' ' <"$id/rc")"
  elif flock -n "$id/lock" true; then fact job "$id" interrupted
  else fact job "$id" running
  fi
done <order
`;
}

export function readJournal(facts: Facts): readonly JobState[] {
  return (facts.get('job') ?? []).map((line) => {
    const [id = '', state = ''] = line.split(' ');
    switch (state) {
      case 'running':
      case 'interrupted':
        return { id, state };
      case 'timeout':
        return { id, state: 'finished', code: 124 };
      default:
        return { id, state: 'finished', code: Number(state) };
    }
  });
}
