/** Requests take too long. */
import { canaryTimes } from './canary.ts';
import { filledIn } from './error-rate.ts';
import { type Figures, isThin, judgeTimes, type Source } from './figures.ts';
import type { Reading } from './reading.ts';
import type { Scene } from './scene.ts';
import type { Question, Trigger } from './trigger.ts';

export const responseTime: Trigger = {
  name: 'response-time',
  questions: (scene) => [...scene.sources.filter(({ tells }) => tells.includes('seconds')).map((source) => questionOf(source, scene)), ...canaryTimes(scene)],
};

function questionOf(source: Source, { inputs, probes, accessLogs }: Scene): Question {
  const limits = { limit: inputs.responseTime, least: inputs.minRequests, statistic: inputs.statistic };
  const judge = (figures: Figures): Reading => judgeTimes(figures, limits);
  // The usual log formats hold no times: of such a log nothing is expected, and nothing is missing.
  const mayBeSilent = accessLogs !== undefined && source.name === accessLogs.source.name;
  const isSilent = ({ requests = 0, seconds, unknown }: Figures): boolean => mayBeSilent && unknown === undefined && requests > 0 && seconds === undefined;
  return {
    trigger: 'response-time',
    source: source.name,
    group: 'figures',
    rule: { failures: inputs.periods, of: inputs.periods },
    every: inputs.period,
    ...(mayBeSilent ? { optional: true as const } : {}),
    before: async () => (await source.before()).filter((each) => !isSilent(each)).map(judge),
    async ask(window, signal) {
      const told = await source.measure(window, signal);
      const needsProbes = (each: Figures): boolean => isThin(each, limits.least) || isSilent(each);
      if (probes === undefined || probes === source || !told.some(needsProbes)) return told.filter((each) => !isSilent(each)).map(judge);
      const [own] = await probes.measure(window, signal);
      return told.flatMap((each) => {
        if (own !== undefined && own.unknown === undefined && needsProbes(each)) return [filledIn(judge({ ...own, time: each.time }), isSilent(each) ? undefined : each.requests)];
        return isSilent(each) ? [] : [judge(each)];
      });
    },
  };
}
