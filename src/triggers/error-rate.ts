/** Too many requests fail. */
import { isThin, judgeErrors, type Figures, type Source } from './figures.ts';
import type { Reading } from './reading.ts';
import { canaryErrors } from './canary.ts';
import type { Scene } from './scene.ts';
import type { Question, Trigger } from './trigger.ts';

export const errorRate: Trigger = {
  name: 'error-rate',
  questions: (scene) => [...scene.sources.filter(({ tells }) => tells.includes('errors')).map((source) => questionOf(source, scene)), ...canaryErrors(scene)],
};

function questionOf(source: Source, { inputs, probes }: Scene): Question {
  const limits = { limit: inputs.errorRate, least: inputs.minRequests };
  const judge = (figures: Figures): Reading => judgeErrors(figures, limits);
  return {
    trigger: 'error-rate',
    source: source.name,
    group: 'figures',
    rule: { failures: inputs.periods, of: inputs.periods },
    every: inputs.period,
    before: async () => (await source.before()).map(judge),
    async ask(window, signal) {
      const told = await source.measure(window, signal);
      if (probes === undefined || probes === source || !told.some((each) => isThin(each, limits.least))) return told.map(judge);
      const [own] = await probes.measure(window, signal);
      return told.map((each) => (own !== undefined && own.unknown === undefined && isThin(each, limits.least) ? filledIn(judge({ ...own, time: each.time }), each.requests) : judge(each)));
    },
  };
}

export function filledIn(reading: Reading, requests = 0): Reading {
  return { ...reading, message: `${reading.message} (own probes: the source has ${requests === 0 ? 'no requests' : `only ${requests}`})` };
}
