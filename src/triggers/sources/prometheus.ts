/** Queries to a Prometheus server, over its HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
import type { Clock, Http, Milliseconds } from '../../ports.ts';
import type { Figures, Source } from '../figures.ts';
import { lookBack } from './cloudwatch.ts';

export type PrometheusOptions = {
  readonly url: URL;
  /** Its value is the error rate in percent. */
  readonly errors: string | undefined;
  /** Its value is the response time in seconds. */
  readonly seconds: string | undefined;
  readonly http: Http;
  readonly clock: Clock;
  readonly period: Milliseconds;
  readonly deployedAt: Milliseconds;
};

type Values = ReadonlyMap<Milliseconds, number>;

const patience: Milliseconds = 10_000;

export function prometheusSource({ url, errors, seconds, http, clock, period, deployedAt }: PrometheusOptions): Source {
  const ask = async (query: string | undefined, path: string, more: Readonly<Record<string, number>>, signal?: AbortSignal): Promise<Values | string | undefined> => {
    if (query === undefined) return undefined;
    const answer = await http({ method: 'GET', url: addressOf(url, path, { query, ...more }), timeout: patience, ...(signal === undefined ? {} : { signal }) });
    if (answer.kind !== 'answered') return `Prometheus could not be asked: ${answer.why}`;
    return valuesIn(answer.body) ?? `Prometheus answered ${answer.status}${reasonIn(answer.body)}`;
  };
  return {
    name: `Prometheus, ${url.host}`,
    tells: [...(errors === undefined ? [] : ['errors' as const]), ...(seconds === undefined ? [] : ['seconds' as const])],
    async before() {
      const range = { start: (deployedAt - Math.max(lookBack, period)) / 1000, end: deployedAt / 1000, step: period / 1000 };
      const [rates, times] = await Promise.all([ask(errors, 'query_range', range), ask(seconds, 'query_range', range)]);
      const [rate, time] = [typeof rates === 'object' ? rates : undefined, typeof times === 'object' ? times : undefined];
      const moments = [...new Set([...(rate?.keys() ?? []), ...(time?.keys() ?? [])])].toSorted((one, other) => one - other);
      return moments.map((at) => figures(at, rate?.get(at), time?.get(at)));
    },
    async measure({ to }, signal) {
      await clock.sleep(to - clock.now(), signal);
      if (signal.aborted) return [];
      const [rate, time] = await Promise.all([ask(errors, 'query', { time: to / 1000 }, signal), ask(seconds, 'query', { time: to / 1000 }, signal)]);
      const problem = [rate, time].find((one) => typeof one === 'string');
      if (typeof problem === 'string') return [{ time: to, unknown: problem }];
      return [figures(to, only(rate), only(time))];
    },
  };
}

function figures(time: Milliseconds, rate: number | undefined, seconds: number | undefined): Figures {
  return { time, ...(rate === undefined ? {} : { rate }), ...(seconds === undefined ? {} : { seconds }) };
}

function only(values: Values | string | undefined): number | undefined {
  return typeof values === 'object' ? [...values.values()][0] : undefined;
}

/** The server may lie below a path, as behind a proxy. */
function addressOf(url: URL, path: string, parameters: Readonly<Record<string, string | number>>): URL {
  const address = new URL(url);
  address.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/${path}`;
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, String(value));
  return address;
}

/** The values of the one series that a query answers with; empty when it answers with none; undefined when it is no such answer. */
function valuesIn(body: string): Values | undefined {
  const data = field(parsed(body), 'data');
  const result = field(data, 'result');
  if (field(parsed(body), 'status') !== 'success' || !Array.isArray(result)) return undefined;
  if (field(data, 'resultType') === 'scalar') return pairs([result]);
  if (result.length > 1) return undefined;
  const [series] = result;
  if (series === undefined) return new Map();
  const values = field(series, 'values');
  return pairs(Array.isArray(values) ? values : [field(series, 'value')]);
}

function pairs(all: readonly unknown[]): Values {
  return new Map(all.flatMap((pair): [Milliseconds, number][] => {
    if (!Array.isArray(pair)) return [];
    const [time, value] = [Number(pair[0]) * 1000, Number(pair[1])];
    // NaN is what a rate of no requests comes to: no data.
    return Number.isFinite(time) && Number.isFinite(value) ? [[time, value]] : [];
  }));
}

function reasonIn(body: string): string {
  const answer = parsed(body);
  const result = field(field(answer, 'data'), 'result');
  if (Array.isArray(result) && result.length > 1) return ` with ${result.length} series: the query has to come to one (sum, avg, max)`;
  const reason = field(answer, 'error');
  return typeof reason === 'string' ? `: ${reason.slice(0, 300)}` : '';
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}
