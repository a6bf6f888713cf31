import { describe, expect, test } from 'vitest';
import { keepUnits, restart, rootCommands, unitFacts, unitsBack } from '../../src/commands/systemd.ts';
import { Stage, type Unit } from './systemctl.ts';

const [api, worker] = ['api.service', 'worker.service'];
const both = { [api]: {}, [worker]: {} };

describe('restarting', () => {
  test('goes in the order of the units, and is proved for five seconds', () => {
    using stage = new Stage(both);
    const { code, facts, output } = stage.run(restart([worker, api]));
    expect([code, output, facts.get('up')]).toEqual([0, '', [worker, api]]);
    expect([stage.calls(), stage.seconds()]).toEqual([[`restart ${worker}`, `restart ${api}`], 5]);
  });

  test.each<readonly [string, string, string]>([
    ['dies after 3 s', 'default; if [ "$operation $unit" = "show api.service" ] && [ "$seconds" -ge 3 ]; then put ActiveState failed; put SubState failed; fi', 'api.service did not stay up: failed/failed after 3 s, 0 restarts'],
    ['is restarted by systemd', 'default; if [ "$operation $unit" = "show api.service" ] && [ "$seconds" -ge 2 ]; then put NRestarts 1; fi', 'api.service did not stay up: active/running after 2 s, 1 restarts'],
    ['is another invocation, with its count reset', 'default; if [ "$operation $unit" = "show api.service" ] && [ "$seconds" -ge 4 ]; then put InvocationID other; fi', 'api.service did not stay up: active/running after 4 s, 0 restarts'],
    ['waits to be restarted', 'default; if [ "$operation $unit" = "restart api.service" ]; then put ActiveState activating; put SubState auto-restart; fi', 'api.service did not stay up: activating/auto-restart after 1 s, 0 restarts'],
    ['is not restarted, though systemctl says so', '[ "$operation $unit" = "restart api.service" ] || default', 'api.service was not restarted: it is still invocation first-api.service'],
    ['cannot be restarted', 'if [ "$operation $unit" = "restart api.service" ]; then echo "Job failed" >&2; exit 1; fi; default', 'systemctl restart api.service failed'],
  ])('fails when a unit %s', (_, plot, message) => {
    using stage = new Stage(both, plot);
    const { code, facts, output } = stage.run(restart([worker, api]));
    expect([code, facts.has('up')]).toEqual([1, false]);
    expect(output).toContain(message);
  });

  test('a unit that was down before is up then', () => {
    using stage = new Stage({ [api]: { ActiveState: 'failed', SubState: 'failed', InvocationID: '', Result: 'exit-code', NRestarts: '5' } });
    expect(stage.run(restart([api])).code).toBe(0);
  });

  test.each<readonly [string, string, number]>([
    ['ran and ended', 'put ActiveState inactive; put SubState dead', 0],
    ['ran and stays', 'put SubState exited', 0],
    ['failed', 'put ActiveState failed; put Result exit-code', 1],
  ])('a oneshot unit that %s', (_, then, code) => {
    using stage = new Stage({ [api]: { Type: 'oneshot' } }, `default; if [ "$operation" = restart ]; then ${then}; fi`);
    expect(stage.run(restart([api])).code).toBe(code);
  });

  test('a service of another type that ended is not up', () => {
    using stage = new Stage({ [api]: {} }, 'default; if [ "$operation" = restart ]; then put ActiveState inactive; put SubState dead; fi');
    expect(stage.run(restart([api])).code).toBe(1);
  });

  test('units that reload meanwhile are up', () => {
    using stage = new Stage({ [api]: {} }, 'default; if [ "$operation" = restart ]; then put ActiveState reloading; fi');
    expect(stage.run(restart([api])).code).toBe(0);
  });
});

describe('units as they were found', () => {
  const found = (unit: Unit, between: (stage: Stage) => void, reload: readonly string[] = []) => {
    using stage = new Stage({ [api]: unit, [worker]: {} });
    expect(stage.run(keepUnits([api])).code).toBe(0);
    between(stage);
    const before = stage.calls().length;
    const { code, output } = stage.run(unitsBack(reload));
    return { code, output, calls: stage.calls().slice(before) };
  };
  const restarted = (stage: Stage): void => void stage.run(restart([api]));
  const deployed = (stage: Stage): void => { stage.touchCheckout(); restarted(stage); };

  test.each<readonly [string, Unit, (stage: Stage) => void, readonly string[]]>([
    ['up, and nothing was done', {}, () => undefined, []],
    ['up, and restarted', {}, restarted, ['restart api.service']],
    ['up, and the checkout was begun: it may run the other release', {}, (stage) => stage.touchCheckout(), ['restart api.service']],
    ['down, and up now', { ActiveState: 'inactive', SubState: 'dead' }, deployed, ['stop api.service']],
    ['down, and down still', { ActiveState: 'inactive', SubState: 'dead' }, (stage) => stage.touchCheckout(), []],
    ['failed, and up now: it is tried again', { ActiveState: 'failed', SubState: 'failed' }, deployed, ['restart api.service']],
    ['on its way up', { ActiveState: 'activating', SubState: 'start' }, deployed, ['restart api.service']],
  ])('%s', (_, unit, between, calls) => expect(found(unit, between)).toEqual({ code: 0, output: '', calls }));

  test('a unit that was failed may fail again; one that was up may not', () => {
    const broken = (stage: Stage): void => { deployed(stage); stage.plot('if [ "$operation" = restart ]; then exit 1; fi; default'); };
    expect(found({ ActiveState: 'failed' }, broken).code).toBe(0);
    expect(found({}, broken).code).not.toBe(0);
  });

  test('what is reloaded after units is reloaded again, only where the checkout was begun', () => {
    expect(found({}, deployed, [worker]).calls).toEqual(['restart api.service', 'reload worker.service']);
    expect(found({}, restarted, [worker]).calls).toEqual(['restart api.service']);
  });

  test('are written down once: a second run finds what the first one found', () => {
    const calls = found({ ActiveState: 'inactive', SubState: 'dead' }, (stage) => { deployed(stage); expect(stage.run(keepUnits([api])).code).toBe(0); }).calls;
    expect(calls).toEqual(['stop api.service']);
  });

  test('that were never written down are left alone', () => {
    using stage = new Stage(both);
    expect([stage.run(unitsBack([])).code, stage.calls()]).toEqual([0, []]);
  });
});

test('what is asked of units', () => {
  using stage = new Stage({ [api]: {}, [worker]: { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead', InvocationID: '', Result: '' } });
  expect(stage.run(unitFacts([api, worker])).facts.get('unit')).toEqual([`api.service loaded active running first-api.service 0 simple success`, 'worker.service not-found inactive dead - 0 simple -']);
});

test('the commands that need root are those that are run', () => {
  const asked = (stops: boolean) => rootCommands([api], ['nginx.service', 'php-fpm.service'], stops).map((words) => words.join(' '));
  expect(asked(false)).toEqual(['systemctl restart api.service', 'nginx -t', 'systemctl reload nginx.service', 'systemctl reload php-fpm.service']);
  expect(asked(true).slice(0, 2)).toEqual(['systemctl stop api.service', 'systemctl restart api.service']);
});
