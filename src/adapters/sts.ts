/** Whose credentials these are, and until when. */
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Account, Asked } from '../databases/rds/port.ts';
import { askedFor } from './aws-answer.ts';

export function accountOf(sts: STSClient): Promise<Asked<Account>> {
  return askedFor(async () => {
    const { Account: id = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    const { sessionToken, expiration } = await sts.config.credentials();
    // What stands in the environment is never renewed; every other source of a session is asked again by the SDK before it ends.
    const fixed = sessionToken !== undefined && sessionToken === process.env['AWS_SESSION_TOKEN'];
    return { id, arn, ...(fixed && expiration !== undefined ? { expires: expiration.getTime() } : {}), ends: fixed };
  });
}
