import { createServer, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { rdsIn } from '../../src/adapters/rds.ts';

const instance = { kind: 'instance', id: 'mydb' } as const;
const identity = '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/ci/x</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
const fault = (status: number, code: string, message = 'why') => (response: ServerResponse): void => {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(`<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`);
};

describe('what AWS answers', () => {
  let answer: (response: ServerResponse) => void = () => {};
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    request.resume().on('end', () => answer(response));
  });
  beforeAll(() => new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }));
  afterAll(() => { server.closeAllConnections(); server.close(); });
  afterEach(() => { vi.unstubAllEnvs(); });

  const from = (variables: Readonly<Record<string, string>> = {}): ReturnType<typeof rdsIn> => {
    const address = server.address();
    asked = 0;
    for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_EC2_METADATA_DISABLED: 'true', ...variables })) vi.stubEnv(name, value);
    return rdsIn('eu-central-1', 300);
  };

  test.each<[what: string, answer: (response: ServerResponse) => void, kind: string, told: string]>([
    ['none of that name', fault(404, 'DBInstanceNotFound'), 'answered', ''],
    ['throttling', fault(400, 'Throttling', 'Rate exceeded'), 'later', 'Throttling: Rate exceeded'],
    ['a rate limit', fault(400, 'RequestLimitExceeded'), 'later', 'RequestLimitExceeded'],
    ['an internal failure', fault(500, 'InternalFailure'), 'later', 'InternalFailure'],
    ['an unavailable service', fault(503, 'ServiceUnavailable'), 'later', 'ServiceUnavailable'],
    ['a gateway’s page', (response) => { response.writeHead(502).end('<html>bad gateway</html>'); }, 'later', ''],
    ['a reset', (response) => { response.socket?.destroy(); }, 'later', ''],
    ['silence', () => {}, 'later', 'TimeoutError'],
    ['an expired token', fault(403, 'ExpiredToken', 'The security token included in the request is expired'), 'credentials', 'ExpiredToken'],
    ['an unknown key', fault(403, 'InvalidClientTokenId'), 'credentials', 'InvalidClientTokenId'],
    ['a missing right', fault(403, 'AccessDenied', 'User is not authorized\u0007\nto do that'), 'refused', 'User is not authorized to do that'],
  ])('%s', async (_what, answering, kind, told) => {
    using rds = from();
    answer = answering;
    const answered = await rds.describe(instance);
    expect(answered.kind).toBe(kind);
    expect(JSON.stringify(answered)).toContain(told);
    expect(JSON.stringify(answered)).not.toMatch(/AKIA|authorization|Signature=/);
    expect(asked).toBe(1);
  });

  test('no credentials at all are told as that, and AWS is not asked', async () => {
    using rds = from({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent', AWS_CONFIG_FILE: '/nonexistent' });
    expect(await rds.describe(instance)).toMatchObject({ kind: 'credentials', code: 'CredentialsProviderError' });
    expect(asked).toBe(0);
  });

  test.each<[variables: Readonly<Record<string, string>>, told: object]>([
    [{}, { ends: false }],
    [{ AWS_SESSION_TOKEN: 'session' }, { ends: true }],
    [{ AWS_SESSION_TOKEN: 'session', AWS_CREDENTIAL_EXPIRATION: '2026-01-02T03:04:05Z' }, { ends: true, expires: Date.parse('2026-01-02T03:04:05Z') }],
  ])('the account, and when %j end', async (variables, told) => {
    using rds = from(variables);
    answer = (response) => { response.end(identity); };
    expect(await rds.account()).toEqual({ kind: 'answered', value: { id: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/ci/x', ...told } });
  });

  test('an answer is plain data, its times are ISO 8601', async () => {
    using rds = from();
    answer = (response) => { response.end('<R><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>mydb</DBInstanceIdentifier><InstanceCreateTime>2026-01-02T03:04:05.678Z</InstanceCreateTime><MultiAZ>true</MultiAZ><Iops>3000</Iops></DBInstance></DBInstances></DescribeDBInstancesResult></R>'); };
    expect(await rds.describe(instance)).toEqual({ kind: 'answered', value: { DBInstanceIdentifier: 'mydb', InstanceCreateTime: '2026-01-02T03:04:05.678Z', MultiAZ: true, Iops: 3000 } });
  });
});
