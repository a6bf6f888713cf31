/** A restore of an RDS instance: AWS is moto, the applications and the two servers are real. */
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { motoAvailable } from '../databases/rds/moto.ts';
import { account } from '../databases/rds/aws.ts';
import { databasePassword } from '../fleet/database.ts';
import { fleetAvailable } from '../fleet/available.ts';
import { snapshot } from '../fleet/snapshot.ts';
import { until } from '../fleet/until.ts';
import { live } from './data-scene.ts';
import { answering, everywhere, leftBehind, steps } from './evidence.ts';
import { inputsFor } from './inputs.ts';
import { endpoint, inputs, liveId, openRdsScene, snapshotId, type RdsScene } from './rds-scene.ts';
import { plain, runAction, startAction, type Ended } from './runner.ts';

const available = (await fleetAvailable()) && motoAvailable();

describe.skipIf(!available)('the data of a production on RDS', () => {
  let scene: RdsScene;
  beforeAll(async () => {
    scene = await openRdsScene();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());
  beforeEach(() => scene.reset());

  const asked = (over: Readonly<Record<string, string>> = {}) => inputsFor(scene.data.production, { ...inputs, 'restore-from': `snapshot:${snapshotId}`, ...over });
  const run = async (over: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    using _time = scene.passing();
    return await runAction(asked(over), scene.environment);
  };
  const told = ({ code, outputs }: Ended) => ({ code, result: outputs['result'], reason: outputs['reason-code'], lost: outputs['data-loss-rows'] });
  const look = async () => ({ ...(await snapshot(scene.data.production)), files: await scene.envFiles(), answers: await answering(scene.data.production), left: await leftBehind(scene.data.production) });
  const addCareers = (count: number) => scene.data.sql(`INSERT INTO careers (id, name) SELECT seq, CONCAT('Career ', seq) FROM seq_1001_to_${1000 + count}`);
  const calls = (wanted: RegExp) => scene.aws.relay.calls.map(({ action }) => action).filter((action) => wanted.test(action));
  const everyCareer = () => Promise.all(scene.data.production.hosts.map(async ({ address }) => {
    const response = await fetch(`http://${address}:8000/api/careers`, { headers: { connection: 'close' } });
    return response.text();
  }));
  const isServedByTheOther = async (): Promise<void> => {
    await scene.otherSql("INSERT INTO careers (id, name) VALUES (9, 'only on the other server')");
    const [old, other] = await scene.connections();
    expect(await everyCareer()).toEqual(scene.data.production.hosts.map(() => expect.stringContaining('only on the other server') as unknown));
    expect(await scene.connections()).toEqual([old, other + scene.data.production.hosts.length]);
    const now = "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'green_user'";
    expect(await scene.data.sql(now)).toBe('0');
  };

  test('goes back with the release, once what was written since may leave live use; the old instance stays as it is', async () => {
    const { production } = scene.data;
    expect(await scene.data.sql('SELECT @@hostname')).not.toBe(await scene.otherSql('SELECT @@hostname'));
    await production.deploy('v3-good');
    await addCareers(5);
    const before = await look();
    // All but the moment to which backups reach, which goes on.
    const instance = async () => (await scene.aws.call('DescribeDBInstances', { DBInstanceIdentifier: liveId })).replace(/<LatestRestorableTime>.*?<.LatestRestorableTime>|<RequestId>.*?<.RequestId>/gs, '');
    const [wasInstance, wasRows] = [await instance(), await scene.data.sql('SELECT * FROM careers ORDER BY id')];

    const refused = await run({ commit: 'v2', 'restore-from': 'latest' });
    expect(told(refused), refused.log).toEqual({ code: 1, result: 'refused', reason: 'data-loss', lost: '0' });
    expect(plain(refused.summary)).toContain('5 in careers');
    expect(plain(refused.summary)).toContain(`${scene.asked[0]} was restored and is not in use. It costs money`);
    expect(await scene.aws.call('DescribeDBInstances', { DBInstanceIdentifier: scene.asked[0] ?? '' })).toContain('<DBInstanceStatus>available</DBInstanceStatus>');
    expect(await look()).toEqual(before);

    const ended = await run({ commit: 'v2', 'restore-from': `snapshot:${snapshotId}`, 'max-data-loss-rows': 'any' });
    expect(told(ended), ended.log).toEqual({ code: 0, result: 'rolled-back', reason: '', lost: '5' });
    const restored = scene.asked.at(-1) ?? '';
    expect(await scene.envFiles()).toEqual([scene.envFile(restored), scene.envFile(restored)]);
    expect(await answering(production)).toEqual(everywhere(production, 'v2 200'));
    await isServedByTheOther();
    expect(await instance()).toBe(wasInstance);
    expect(await scene.data.sql('SELECT * FROM careers ORDER BY id')).toBe(wasRows);
    expect(plain(ended.summary)).toContain(`kept as ${liveId} and costs money`);
    expect(plain(ended.summary)).not.toContain('is not in use');

    const backups = JSON.parse(ended.outputs['backup'] ?? '[]') as readonly { kind: string; host: string; location: string }[];
    const taken = backups.find(({ kind }) => kind === 'rds')?.location ?? '';
    const rds = scene.aws.relay.calls.filter(({ action }) => /^(Create|Restore)/.test(action)).slice(-2);
    expect(rds.map(({ action, form }) => [action, form.get('DBSnapshotIdentifier')])).toEqual([['CreateDBSnapshot', taken], ['RestoreDBInstanceFromDBSnapshot', snapshotId]]);
    expect(rds[1]?.at).toBeGreaterThanOrEqual(scene.aws.relay.availableAt('snapshot', taken));
    const lost = backups.find(({ kind }) => kind === 'lost-rows')?.location ?? '';
    await scene.otherSql(await scene.data.host.run(`gzip -dc ${lost}`));
    expect(await scene.otherSql('SELECT COUNT(*) FROM careers WHERE id > 1000')).toBe('5');
    expect(await leftBehind(production)).toEqual([]);
  });

  test('is left where it is when AWS cannot restore it', async () => {
    scene.states = [[0, 'creating'], [60_000, 'failed']];
    const before = await look();
    const ended = await run({ 'max-data-loss-rows': 'any' });
    expect(told(ended), ended.log).toEqual({ code: 1, result: 'refused', reason: 'rds-restore-failed', lost: '' });
    expect(plain(ended.summary)).toContain(`${scene.asked[0]} is failed`);
    expect(await look()).toEqual(before);
  });

  test.each([
    ['are of another account', { 'expected-aws-account-id': '210987654321' }, undefined, `the credentials are of the AWS account ${account}`],
    ['have ended', {}, { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' }, 'The security token included in the request is expired'],
  ])('is not touched with credentials that %s', async (_, over, fault, said) => {
    if (fault !== undefined) scene.aws.relay.faults.push(() => fault);
    const before = await look();
    const ended = await run(over);
    expect(told(ended), ended.log).toEqual({ code: 1, result: 'refused', reason: 'aws-credentials', lost: '' });
    expect(plain(ended.summary)).toContain(said);
    expect(calls(/^(Create|Restore|Modify|Add)/)).toEqual([]);
    expect(await steps(scene.data.host)).toEqual([]);
    expect(await look()).toEqual(before);
  });

  test('comes back, to the byte, when the target is not well after the cut-over', async () => {
    const before = await look();
    const ended = await run({ 'smoke-tests': `http://${scene.data.host.address}/api/matches`, 'max-data-loss-rows': 'any' });
    expect(told(ended), ended.log).toEqual({ code: 1, result: 'undone', reason: 'smoke-test-failed', lost: '0' });
    expect(scene.asked).toHaveLength(1);
    // Of what serves again nobody hears that it may go.
    expect(plain(ended.summary)).not.toContain(`kept as ${liveId}`);
    expect(plain(ended.summary)).toContain(`${scene.asked[0]} was restored and is not in use. It costs money`);
    expect(await look()).toEqual(before);
    const [old, other] = await scene.connections();
    await everyCareer();
    expect(await scene.connections()).toEqual([old + 2, other]);
  });

  test('comes back when something on a host stays connected to the old instance', async () => {
    const before = await look();
    const { other, data } = scene;
    await other.write('/root/stays', `[client]\nhost=${endpoint(liveId)}\nuser=green_user\npassword="${databasePassword}"\n`, '0600');
    await other.run(`systemd-run --quiet --unit=stays mariadb --defaults-file=/root/stays --skip-ssl ${live} -e 'SELECT SLEEP(3600)'`);
    await until('it is connected', async () => ((await data.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'")) === '1' ? true : undefined), 30);
    const ended = await run({ 'max-data-loss-rows': 'any' });
    await other.run('systemctl stop stays');
    expect(told(ended), ended.log).toEqual({ code: 1, result: 'undone', reason: 'not-proved', lost: '0' });
    expect(plain(ended.summary)).toContain(`is still connected to ${endpoint(liveId)}`);
    expect(await look()).toEqual(before);
  });

  test('is restored once, however often the runner dies while AWS is at work', async () => {
    await addCareers(2);
    scene.states = [[0, 'creating'], [600_000, 'available']];
    {
      using _time = scene.passing();
      const started = startAction(asked({ 'max-data-loss-rows': 'any' }), scene.environment);
      await until('AWS restores', () => (scene.asked.length > 0 ? true : undefined), 120);
      started.process.kill('SIGKILL');
      await once(started.process, 'exit');
    }
    await Promise.all(scene.data.fleet.hosts.map((host) => host.run(`echo 0 > ${scene.data.production.appDirectory}/.git/rollback-action.lock/beat`)));
    expect(await scene.envFiles()).toEqual([scene.envFile(liveId), scene.envFile(liveId)]);
    const ended = await run({ 'max-data-loss-rows': 'any' });
    expect(told(ended), ended.log).toEqual({ code: 0, result: 'rolled-back', reason: '', lost: '2' });
    expect(calls(/^Restore/)).toHaveLength(1);
    expect(calls(/^CreateDBSnapshot/)).toHaveLength(1);
    const [restored = ''] = scene.asked;
    expect(await scene.envFiles()).toEqual([scene.envFile(restored), scene.envFile(restored)]);
    await isServedByTheOther();
    expect(await leftBehind(scene.data.production)).toEqual([]);
  });

  test('goes to the last moment that AWS has', async () => {
    const ended = await run({ 'restore-from': 'time:latest' });
    expect(told(ended), ended.log).toEqual({ code: 0, result: 'rolled-back', reason: '', lost: '0' });
    const restore = scene.aws.relay.calls.find(({ action }) => action === 'RestoreDBInstanceToPointInTime');
    expect(restore?.form.get('UseLatestRestorableTime')).toBe('true');
    const [restored = ''] = scene.asked;
    expect(await scene.envFiles()).toEqual([scene.envFile(restored), scene.envFile(restored)]);
    await isServedByTheOther();
    expect(await scene.otherSql('SELECT DATABASE()')).toBe(live);
  });
});
