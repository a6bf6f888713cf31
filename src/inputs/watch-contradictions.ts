/** Inputs of the watch action that are right each by itself and wrong together. An input that could not be read is not judged again. */
import type { Failure } from '../errors.ts';
import { written } from './addresses.ts';
import type { ValuesOf } from './declaration.ts';
import type { watchDeclarations } from './declarations.ts';
import { invalid } from './invalid.ts';
import { asDuration } from './kinds/duration.ts';
import { sshRules } from './ssh-rules.ts';

export type WatchValues = ValuesOf<typeof watchDeclarations>;

type Name = keyof WatchValues;
type IsSet = (name: Name) => boolean;

/** @param isSet whether an input was set at all, right or wrong */
export function watchContradictions(values: Partial<WatchValues>, isSet: (name: string) => boolean): readonly Failure[] {
  return [...sourceRules(values, isSet), ...hostRules(values, isSet), ...timeRules(values, isSet), ...canaryRules(values, isSet)];
}

const askable: readonly Name[] = ['health-url', 'host-health-url', 'probe-urls', 'load-balancer', 'alarms', 'access-log', 'prometheus-url', 'log-pattern'];
const onHosts: readonly Name[] = ['host-health-url', 'access-log', 'log-pattern'];
const ofRates: readonly Name[] = ['probe-urls', 'health-url', 'load-balancer', 'access-log', 'prometheus-url'];

function* sourceRules(_values: Partial<WatchValues>, isSet: IsSet): Generator<Failure> {
  if (!askable.some(isSet)) yield invalid(`Input ${askable.map((name) => `"${name}"`).join(', ').replace(/, ("[^"]*")$/, ' or $1')} is required: there is nothing to ask`, 'Set "health-url" at least.');
  yield* needs('target-group', 'load-balancer', isSet);
  yield* needs('error-rate-query', 'prometheus-url', isSet);
  yield* needs('response-time-query', 'prometheus-url', isSet);
  if (isSet('prometheus-url') && !isSet('error-rate-query') && !isSet('response-time-query')) {
    yield invalid('Input "prometheus-url" has no effect without "error-rate-query" or "response-time-query"', 'Set one of them, or take it out.');
  }
  if (isSet('log-pattern') && !isSet('log-files')) yield invalid('Input "log-pattern" has no effect without "log-files"', 'Name the files in which it is looked for.');
}

function* hostRules(values: Partial<WatchValues>, isSet: (name: string) => boolean): Generator<Failure> {
  const asking = onHosts.filter(isSet).map((name) => `"${name}"`);
  if (!isSet('hosts')) {
    if (asking.length > 0) yield invalid(`Input "hosts" is required with ${asking.join(', ')}: that is asked on the hosts`, 'Name the hosts, or take it out.');
    return;
  }
  yield* sshRules(values, isSet);
  const relative = [values['access-log'], ...(values['log-files'] ?? [])].filter((path) => path !== undefined).find((path) => !path.startsWith('/'));
  if (relative !== undefined && !isSet('app-dir')) yield invalid(`Input "app-dir" is required: ${relative} is relative to it`, 'Set it, or write the path from the root on.');
}

function* timeRules(values: Partial<WatchValues>, isSet: IsSet): Generator<Failure> {
  const { duration, interval, period, periods, 'health-failures': failures } = values;
  if (duration === undefined || interval === undefined || period === undefined) return;
  if (interval > period) yield invalid(`Input "interval" must not be longer than "period", which is ${asDuration(period)}; it is ${asDuration(interval)}`, 'Lower "interval", or raise "period".');
  if (isSet('load-balancer') && period % 60_000 !== 0) yield invalid(`Input "period" must be whole minutes with "load-balancer", whose metrics come by the minute; it is ${asDuration(period)}`, 'Set "period: 60s".');
  const needed = (periods ?? 1) * period;
  if (ofRates.some(isSet) && needed > duration) yield invalid(`Input "duration" must be at least ${asDuration(needed)}, which "periods" of "period" take; it is ${asDuration(duration)}`, 'Raise "duration", or lower "period" or "periods".');
  const asked = (failures ?? 1) * interval;
  if (asked > duration) yield invalid(`Input "duration" must be at least ${asDuration(asked)}, which "health-failures" at an "interval" take; it is ${asDuration(duration)}`, 'Raise "duration", or lower "interval" or "health-failures".');
}

function* canaryRules(values: Partial<WatchValues>, isSet: IsSet): Generator<Failure> {
  const { canary, hosts } = values;
  // In a file that is the rollback's, too, it may name the canary of an nginx block: it means a host only where its log is read.
  if (canary === undefined || !isSet('access-log')) return;
  if (hosts === undefined || hosts.length === 0) return;
  if (!hosts.some(({ address }) => address.toLowerCase() === canary.address.toLowerCase())) yield invalid(`Input "canary" must be one of "hosts", got ${written(canary)}`, 'Name it as "hosts" does; a port is not looked at.');
  else if (hosts.length === 1) yield invalid('Input "hosts" must name other hosts besides "canary": its figures are compared with theirs', 'Name all hosts, or take "canary" out.');
}

function* needs(name: Name, other: Name, isSet: IsSet): Generator<Failure> {
  if (isSet(name) && !isSet(other)) yield invalid(`Input "${name}" has no effect without "${other}"`, `Set "${other}", or take it out.`);
}
