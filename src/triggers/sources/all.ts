/** The sources of a watch: those that the inputs name, else probes of our own. */
import type { Scene } from '../scene.ts';
import { shared, type Source } from '../figures.ts';
import { accessLogs } from './access-logs.ts';
import { balancerSource } from './cloudwatch.ts';
import { probeSource } from './probes.ts';
import { prometheusSource } from './prometheus.ts';

type Measuring = Pick<Scene, 'sources' | 'probes' | 'accessLogs'>;

export function sourcesOf({ inputs, http, clock, hosts, cloudWatch, deployedAt }: Omit<Scene, keyof Measuring>): Measuring {
  const { loadBalancer, targetGroup, accessLog, prometheusUrl, probeUrls, interval, period, statistic, minRequests: least, responseTime: limit } = inputs;
  const probes = probeUrls.length === 0 ? undefined : shared(probeSource({ urls: probeUrls, http, clock, interval, period, least, statistic, limit }));
  const logs = accessLog === undefined ? undefined : accessLogs({ file: accessLog, hosts, clock, statistic, deployedAt });
  const balancer = loadBalancer === undefined ? undefined : { loadBalancer, ...(targetGroup === undefined ? {} : { targetGroup }) };
  const named: readonly (Source | undefined)[] = [
    balancer && shared(balancerSource({ balancer, cloudWatch, clock, period, statistic, deployedAt })),
    logs && shared(logs.source),
    prometheusUrl && shared(prometheusSource({ url: prometheusUrl, errors: inputs.errorRateQuery, seconds: inputs.responseTimeQuery, http, clock, period, deployedAt })),
  ];
  const sources = named.filter((source) => source !== undefined);
  return { sources: sources.length === 0 && probes !== undefined ? [probes] : sources, probes, accessLogs: logs };
}
