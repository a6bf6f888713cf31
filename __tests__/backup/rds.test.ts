import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { account, startAws, type Aws } from '../databases/rds/aws.ts';
import { motoAvailable } from '../databases/rds/moto.ts';
import { fleetAvailable } from '../fleet/available.ts';
import { until } from '../fleet/until.ts';
import { leftBehind } from '../rollback/evidence.ts';
import { plain } from '../rollback/runner.ts';
import { openScene, type Scene } from '../rollback/scene.ts';
import { backupsIn, runBackup, startBackup } from './inputs.ts';

const available = (await fleetAvailable()) && motoAvailable();

describe.skipIf(!available)('a snapshot of RDS before a deployment', () => {
  let scene: Scene;
  let aws: Aws;
  let environment: Readonly<Record<string, string>>;
  beforeAll(async () => {
    scene = await openScene(1);
    aws = await startAws();
    const named = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_EC2_METADATA_DISABLED', 'AWS_REGION'];
    environment = Object.fromEntries(named.map((name) => [name, process.env[name] ?? '']));
    await aws.call('CreateDBInstance', { DBInstanceIdentifier: 'green', DBInstanceClass: 'db.m5.large', Engine: 'mysql', EngineVersion: '8.0.36', MasterUsername: 'admin', MasterUserPassword: 'not-a-real-one', AllocatedStorage: '20' });
    await aws.clock.sleep(3_600_000);
  });
  afterAll(async () => {
    await aws?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
  });
  beforeEach(() => scene.reset());

  const inputs = { 'env-file': '', 'rds-instance': 'green', 'aws-region': 'eu-central-1', 'expected-aws-account-id': account };
  /** AWS's time goes on by itself: whatever is waited for becomes available. */
  const passing = (): Disposable => {
    const timer = setInterval(() => void aws.clock.sleep(30_000), 200);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  };

  test('is taken and waited for; it says which release it is of', async () => {
    using _time = passing();
    const ended = await runBackup(scene.production, inputs, environment);
    expect({ code: ended.code, log: ended.code === 0 ? '' : ended.log, ...ended.outputs, backup: '' }).toEqual({ code: 0, log: '', backup: '', release: scene.production.sha('v3'), revision: '', 'reason-code': '' });
    const backups = backupsIn(ended);
    expect(backups).toEqual([{ kind: 'rds', host: 'rds green', location: expect.stringMatching(/^green-snapshot-/), bytes: 20 * 2 ** 30, sha256: '' }]);
    const [{ location } = { location: '' }] = backups;
    const told = await aws.call('DescribeDBSnapshots', { DBSnapshotIdentifier: location });
    expect(told).toContain(scene.production.sha('v3'));
    expect(told).toContain('<Status>available</Status>');
    expect(plain(ended.summary)).toContain(location);
    expect(await leftBehind(scene.production)).toEqual([]);
  });

  test('is refused with credentials of another account, together with every other reason', async () => {
    const { outputs, summary } = await runBackup(scene.production, { ...inputs, 'expected-aws-account-id': '210987654321', backup: 'rds\napp', 'backup-dir': '/usr/local/backups' }, environment);
    expect({ backup: outputs['backup'] }).toEqual({ backup: '[]' });
    expect(plain(summary)).toContain(`the credentials are of the AWS account ${account}`);
    expect(plain(summary)).toContain('/usr/local/backups');
  });

  test('that is no more wanted is waited for by the post step, and the lock is freed', async () => {
    const before = aws.relay.count('CreateDBSnapshot');
    const started = startBackup(scene.production, inputs, environment);
    await until('AWS is at work', () => (aws.relay.count('CreateDBSnapshot') > before ? true : undefined), 60);
    started.process.kill('SIGTERM');
    expect((await started.ended).outputs).toMatchObject({ 'reason-code': 'cancelled' });
    using _time = passing();
    const post = await started.post();
    expect(plain(post.summary)).toContain('the backup was cancelled');
    expect(plain(post.summary)).toContain('green-snapshot-');
    expect([aws.relay.count('CreateDBSnapshot'), await leftBehind(scene.production)]).toEqual([before + 1, []]);
  });
});
