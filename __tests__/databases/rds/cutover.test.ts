import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assessRds, type RdsAssessed } from '../../../src/databases/rds/assess.ts';
import { rdsSteps } from '../../../src/databases/rds/steps.ts';
import type { Step } from '../../../src/plan.ts';
import type { Host, JobEnd } from '../../../src/ports.ts';
import { startAws, type Aws } from './aws.ts';
import { motoAvailable } from './moto.ts';
import { instances, makeCluster, makeInstance } from './sources.ts';
import policy from '../../../examples/iam-policy.json' with { type: 'json' };

const limit = 2 * 3_600_000;

/** What the whole of this file asked of AWS. */
const seen = new Set<string>();

describe.skipIf(!motoAvailable())('RDS from the assessment to the renames and back', () => {
  let aws: Aws;
  beforeAll(async () => { aws = await startAws(); });
  afterAll(() => aws[Symbol.asyncDispose]());

  const assessed = async (id: string, run: string, from: 'latest' | 'time' = 'latest'): Promise<RdsAssessed> => {
    const answer = await assessRds(aws.rds, { id, run, region: 'eu-central-1', cutover: 'rename', restoreFrom: from === 'latest' ? { kind: 'latest' } : { kind: 'time', at: 'latest' } }, { clock: aws.clock, random: () => 0 });
    if (answer.kind === 'refused') throw new Error(JSON.stringify(answer.failures));
    return answer.assessed;
  };
  const perform = (host: Host, { id, script }: Pick<Step, 'id' | 'script'>): Promise<JobEnd> => host.perform({ id, script, limit });
  const undo = (host: Host, step: Step): Promise<JobEnd> => perform(host, { id: `undo-${step.id}`, script: step.undo?.script ?? '' });
  const resource = async (kind: 'instance' | 'cluster', id: string): Promise<unknown> => {
    const found = await aws.rds.describe({ kind, id });
    return found.kind === 'answered' ? found.value?.[kind === 'instance' ? 'DbiResourceId' : 'DbClusterResourceId'] : undefined;
  };

  test.each(['instance', 'cluster'] as const)('%s: snapshot, restore, comparison, renames, each once; undone, everything has its name again', async (kind) => {
    const id = `shop-${kind}`;
    await (kind === 'instance' ? makeInstance(aws, id, instances.gp3, `${id}-early`) : makeCluster(aws, id, `${id}-early`));
    const run = `4711-${kind}`;
    const live = await assessed(id, run);
    expect(live).toMatchObject({ target: { kind, id }, account: '123456789012', from: { kind: 'snapshot', id: `${id}-early` } });
    const steps = rdsSteps(live, limit, 'rollback');
    const host = aws.place(live.target, run);
    const before = await resource(kind, id);
    for (const step of [steps.snapshot, ...steps.restore]) expect(await perform(host, step)).toMatchObject({ kind: 'finished', code: 0, output: '' });
    const restored = await resource(kind, live.names.restored);
    for (const step of steps.rename) expect(await perform(host, step)).toMatchObject({ kind: 'finished', code: 0 });
    expect(await resource(kind, id)).toBe(restored);
    expect(await resource(kind, live.names.kept)).toBe(before);
    const asked = aws.relay.calls.length;
    for (const step of steps.rename) expect(await perform(host, step)).toMatchObject({ code: 0 });
    expect(aws.relay.calls.slice(asked).filter(({ action }) => action.startsWith('Modify'))).toEqual([]);
    expect((await host.journal()).map(({ id: job, state }) => `${job} ${state}`)).toEqual(['rds-snapshot', 'rds-restore', 'rds-match', 'rds-rename-live', 'rds-rename-restored'].map((job) => `${job} finished`));
    for (const step of steps.rename.toReversed()) expect(await undo(host, step)).toMatchObject({ code: 0 });
    expect(await resource(kind, id)).toBe(before);
    expect(await resource(kind, live.names.restored)).toBe(restored);
    expect(await resource(kind, live.names.kept)).toBeUndefined();
  });

  test('what AWS carried out although its answer was lost is not asked for again: the rename, the role', async () => {
    const of = { kind: 'instance', id: 'shop-instance' } as const;
    const live = await assessed(of.id, 'lost-1');
    const { restore, rename } = rdsSteps(live, limit, 'rollback');
    const host = aws.place(of, 'lost-1');
    for (const lost of [/^AddRole/, /^ModifyDBInstance/, /^Restore/]) {
      let times = 0;
      aws.relay.faults.push(({ action, form }) => (lost.test(action) && (lost.source !== '^ModifyDBInstance' || form.has('NewDBInstanceIdentifier')) && times++ === 0 ? { status: 500, code: 'InternalFailure', message: 'lost', carriedOut: true } : undefined));
    }
    for (const step of [...restore, ...rename]) expect(await perform(host, step)).toMatchObject({ kind: 'finished', code: 0, output: '' });
    aws.relay.faults = [];
    for (const step of rename.toReversed()) expect(await undo(host, step)).toMatchObject({ code: 0 });
    expect(await resource('instance', of.id)).toBe(live.resource);
  });

  test('a cluster’s members are made like the source’s, the writer first', async () => {
    const { relay } = aws;
    const created = relay.calls.filter(({ action, form }) => action === 'CreateDBInstance' && form.has('DBClusterIdentifier')).map(({ form }) => [form.get('DBInstanceIdentifier'), form.get('DBInstanceClass'), form.get('PromotionTier')]);
    expect(created).toEqual([['shop-cluster-1-restored-4711-cluster', 'db.r6g.1xlarge', '2'], ['shop-cluster-2-restored-4711-cluster', 'db.r6g.2xlarge', '5']]);
  });

  test.each([['instance', 'RestoreDBInstanceToPointInTime'], ['cluster', 'RestoreDBClusterToPointInTime']] as const)('%s: goes to a point in time, and is like its source', async (kind, action) => {
    const run = `time-${kind}`;
    const live = await assessed(`shop-${kind}`, run, 'time');
    const { restore } = rdsSteps(live, limit, 'rollback');
    for (const step of restore) expect(await perform(aws.place(live.target, run), step)).toMatchObject({ kind: 'finished', code: 0, output: '' });
    expect(aws.relay.count(action)).toBe(1);
  });

  test('a cluster’s attribute that does not come over ends it, whichever it is', async () => {
    const run = 'unlike';
    const live = await assessed('shop-cluster', run);
    const [restore, match] = rdsSteps(live, limit, 'rollback').restore;
    const host = aws.place(live.target, run);
    if (restore === undefined || match === undefined) throw new Error('two steps');
    expect(await perform(host, restore)).toMatchObject({ code: 0 });
    for (const [field, unlike] of [['DBClusterParameterGroup', 'default.aurora-mysql8.0'], ['BacktrackWindow', '0'], ['StorageType', 'aurora'], ['ServerlessV2ScalingConfiguration', ''], ['DeletionProtection', 'false'], ['VpcSecurityGroups', '']] as const) {
      const was = aws.relay.get('cluster', live.names.restored, field);
      aws.relay.set('cluster', live.names.restored, { [field]: unlike });
      expect(await perform(host, match)).toMatchObject({ code: 1, output: expect.stringContaining(field) as unknown });
      aws.relay.set('cluster', live.names.restored, { [field]: was });
    }
    expect(await perform(host, match)).toMatchObject({ code: 0 });
    const member = 'shop-cluster-2-restored-unlike';
    aws.relay.set('instance', member, { PromotionTier: '9' });
    expect(await perform(host, match)).toMatchObject({ code: 1, output: expect.stringContaining(`${member} is not like its source: PromotionTier is 9 and should be 5`) as unknown });
  });

  test('the next run, of another name, takes up what a killed one began: one restore, compared and finished', async () => {
    const of = { kind: 'instance', id: 'shop-instance' } as const;
    const [restore] = rdsSteps(await assessed('shop-instance', 'killed-1'), limit, 'rollback').restore;
    const killed = new AbortController();
    const waiting = perform(aws.place(of, 'killed-1', aws.rds, killed.signal), restore ?? { id: '', script: '' });
    await aws.clock.sleep(120_000);
    killed.abort();
    expect(await waiting).toMatchObject({ kind: 'lost' });
    const before = aws.relay.count('RestoreDBInstanceFromDBSnapshot');
    const next = await assessed('shop-instance', 'next-1');
    expect(next).toMatchObject({ run: 'killed-1', names: { restored: 'shop-instance-restored-killed-1' } });
    expect(next.notes).toContain('The run killed-1 began this restore and did not end it: it is taken up.');
    for (const step of rdsSteps(next, limit, 'rollback').restore) expect(await perform(aws.place(of, next.run), step)).toMatchObject({ kind: 'finished', code: 0 });
    expect(aws.relay.count('RestoreDBInstanceFromDBSnapshot')).toBe(before);
    expect(await assessed('shop-instance', 'later-1')).toMatchObject({ run: 'later-1' });
  });

  test('a name that another has is not taken', async () => {
    const run = 'taken';
    const live = await assessed('shop-instance', run);
    const [first] = rdsSteps(live, limit, 'rollback').rename;
    await aws.call('CreateDBInstance', { DBInstanceIdentifier: live.names.kept, DBInstanceClass: 'db.m5.large', Engine: 'mysql', MasterUsername: 'a', MasterUserPassword: 'not-a-real-one', AllocatedStorage: '20' });
    const asked = aws.relay.calls.length;
    expect(await perform(aws.place(live.target, run), first ?? { id: '', script: '' })).toMatchObject({ code: 1, output: expect.stringContaining('nothing was renamed') as unknown });
    expect(aws.relay.calls.slice(asked).filter(({ action }) => action.startsWith('Modify'))).toEqual([]);
  });

  test('asks AWS for nothing but what examples/iam-policy.json allows, and that allows nothing else', async () => {
    // What no case above needs: roles of a cluster, and a restart.
    aws.relay.set('instance', 'shop-instance', { DBParameterGroups: aws.relay.get('instance', 'shop-instance', 'DBParameterGroups').replace('in-sync', 'pending-reboot') });
    await aws.rds.reboot('shop-instance');
    await aws.rds.addRole({ kind: 'cluster', id: 'shop-cluster' }, { arn: 'arn:aws:iam::123456789012:role/s3', feature: '' });
    await assessRds(aws.rds, { id: 'shop-cluster', run: 'p', cutover: 'repoint', restoreFrom: { kind: 'snapshot', id: 'shop-cluster-early' } }, { clock: aws.clock, random: () => 0 });
    for (const { action } of aws.relay.calls) seen.add(`${action === 'GetCallerIdentity' ? 'sts' : 'rds'}:${action}`);
    const allowed = policy.Statement.flatMap(({ Action }) => Action);
    expect(allowed.filter((action) => /^(rds|sts):/.test(action)).toSorted()).toEqual([...seen].toSorted());
    // AWS asks these of the caller while it carries the calls out: the roles, keys and managed password that the source has go over to what is restored.
    expect(allowed.filter((action) => !/^(rds|sts):/.test(action)).toSorted()).toEqual(['iam:PassRole', 'kms:CreateGrant', 'kms:DescribeKey', 'secretsmanager:CreateSecret', 'secretsmanager:TagResource']);
    expect(JSON.stringify(policy)).not.toMatch(/Delete|"rds:\*"|"\*:\*"/);
  });
});
