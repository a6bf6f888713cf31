import { expect, test } from 'vitest';
import { redactor, secretsToMask } from '../../src/inputs/masks.ts';
import { secretInputs } from '../../src/inputs.ts';
import { key } from './good.ts';

test.each<[string, Record<string, string>, string[]]>([
  ['a key whole and by its lines, without those that every key has', { 'ssh-private-key': `${key}\n` }, [key, key.split('\n')[1] ?? '']],
  ['lines that end as Windows ends them', { 'ssh-private-key': 'BEGIN\r\nabcd\r\n' }, ['BEGIN\r\nabcd', 'BEGIN', 'abcd']],
  ['a database password as it stands, decoded and encoded', { 'database-url': 'mysql://app:p%40ss word@h/db' }, ['mysql://app:p%40ss word@h/db', 'p%40ss word', 'p@ss word', 'p%40ss%20word']],
  ['a password that should have been encoded', { 'database-url': 'mysql://app:p@ss/w#rd%@h/db' }, ['mysql://app:p@ss/w#rd%@h/db', 'p@ss/w#rd%', 'p%40ss%2Fw%23rd%25']],
  ['a database without a password', { 'database-url': 'mysql://app@h/db' }, ['mysql://app@h/db']],
  ['nothing that is short, as half of the log would go', { 'ssh-passphrase': 'abc', 'database-url': 'mysql://a:pw@h/db' }, ['mysql://a:pw@h/db']],
  ['nothing that is no secret', { 'ssh-user': 'deploy', 'ssh-known-hosts': 'web-1 ssh-ed25519 AAAA' }, []],
  ['nothing of an input that is not set', { 'github-token': '' }, []],
  ['the path of an address that is the credential', { 'slack-webhook-url': ' https://hooks.slack.com/services/T000/B000/XXXX ' }, ['https://hooks.slack.com/services/T000/B000/XXXX', 'services/T000/B000/XXXX']],
  ['a key in the query of one', { 'webhook-url': 'http://10.0.0.7:8080/?key=0123456789' }, ['http://10.0.0.7:8080/?key=0123456789', '?key=0123456789']],
  ['no path that is a common word', { 'webhook-url': 'https://relay.internal/rollback' }, ['https://relay.internal/rollback']],
  ['every secret input', { 'github-token': 'ghs_1234', 'ssh-passphrase': ' open sesame ' }, ['ghs_1234', 'open sesame']],
])('masks %s', (_what, raw, expected) => {
  expect(secretsToMask(raw, secretInputs)).toEqual(expected);
});

test('a secret that begins with another is told as one', () => {
  expect(redactor(['pass', 'password'])('the password and the pass')).toBe('the *** and the ***');
});

test('the path of a secret address is not told alone', () => {
  const redact = redactor(secretsToMask({ 'slack-webhook-url': 'https://hooks.slack.com/services/T000/B000/XXXX' }, secretInputs));
  expect(redact('POST /services/T000/B000/XXXX failed at hooks.slack.com')).toBe('POST /*** failed at hooks.slack.com');
});
