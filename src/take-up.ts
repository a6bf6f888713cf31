/** The story of `post`: a run that was cancelled or killed is brought to an end, told, and its lock freed. */
import { failuresIn, messageOf, RollbackError } from './errors.ts';
import { followUp } from './execute.ts';
import type { Inputs } from './inputs.ts';
import type { Method } from './methods/method.ts';
import type { Report } from './outcome.ts';
import { reportOf } from './recording.ts';
import { begunOn, finish, settle } from './settle.ts';
import { getUnderway, type Checkpoint } from './underway.ts';
import type { World } from './world.ts';

export async function takeUp(inputs: Inputs, method: Method, checkpoint: Checkpoint, world: World): Promise<Report> {
  const { recording, assessed, before, token, settled: decided } = checkpoint;
  const end = (result: Report['result'], failures: Report['failures']): Report => reportOf(recording, { result, failures, at: world.clock.now() });
  try {
    await using connected = await world.connect(inputs, recording.run);
    await using locked = await connected.lock(token);
    const underway = getUnderway({ inputs, method, assessed, recording, before, locked, world, rds: await world.rds(), onTouch: () => undefined });
    underway.tell({ kind: 'taken-up' });
    const places = underway.executor.hosts;
    const begun = await begunOn(places, ['running', 'finished', 'interrupted']);
    const touched = assessed.plan.stages.some((stage) => stage.touches && stage.steps.some(({ host, id }) => begun.has(`${host} ${id}`)));
    if (decided !== undefined) {
      await finish(underway, { failures: decided.failures, begun, touched, facts: new Map() }, decided);
      return end(decided.result, decided.failures);
    }
    world.log.info(begun.size === 0 ? 'Nothing had been begun' : `The run was interrupted after ${begun.size} steps; ${inputs.onCancel === 'undo' ? 'taking them back' : 'leaving them as they are'}`);
    const facts = await followUp(assessed.plan, await begunOn(places, ['running', 'finished']), underway.executor);
    const { result, failures } = await settle(underway, { failures: [], begun, touched, facts }, inputs.onCancel, true);
    return end(result, failures);
  } catch (thrown) {
    // Whoever took the lock over meanwhile settles what this run left; there is nothing of ours to undo any more.
    const failures = failuresIn(thrown);
    if (decided !== undefined) {
      recording.notes.push(`What was kept for an undo could not be put away: ${messageOf(thrown)}`);
      return end(decided.result, decided.failures);
    }
    const takenOver = thrown instanceof RollbackError && failures.every(({ code }) => code === 'locked');
    return end(takenOver ? 'cancelled' : 'failed', failures);
  }
}
