import { describe, expect, test } from 'vitest';
import { type Trouble, troubleOf, Unasked } from '../../src/adapters/http-trouble.ts';
import { RollbackError } from '../../src/errors.ts';

const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });
/** What Node throws when none of a name's addresses could be connected to: with the code of the first. */
const all = (...errors: (Error & { code?: string })[]): Error => Object.assign(new AggregateError(errors), { code: errors[0]?.code });

describe('troubleOf', () => {
  test.each<[string, unknown, Trouble]>([
    ['refused', coded('ECONNREFUSED'), { kind: 'failed', why: 'the connection was refused' }],
    ['no such host in the network', coded('EHOSTUNREACH'), { kind: 'failed', why: 'nothing answers at that address' }],
    ['no way to the network', coded('ENETUNREACH'), { kind: 'unasked', why: 'there is no route to it from here' }],
    ['out of files', coded('EMFILE'), { kind: 'unasked', why: 'too many files are open here' }],
    ['no such name', coded('ENOTFOUND'), { kind: 'unasked', why: 'its name does not resolve (ENOTFOUND)' }],
    ['no name server', coded('EAI_AGAIN'), { kind: 'unasked', why: 'its name does not resolve (EAI_AGAIN)' }],
    ['no IPv6 here, refused on IPv4', all(coded('ENETUNREACH'), coded('ECONNREFUSED')), { kind: 'failed', why: 'the connection was refused' }],
    ['no route at all', all(coded('ENETUNREACH'), coded('ENETUNREACH')), { kind: 'unasked', why: 'there is no route to it from here' }],
    ['an expired certificate', coded('CERT_HAS_EXPIRED', 'certificate has expired'), { kind: 'failed', why: 'its certificate is not valid (certificate has expired)' }],
    ['a lost host', new RollbackError({ what: 'web-2 is lost', code: 'host-lost', fix: 'Look.' }), { kind: 'unasked', why: 'web-2 is lost' }],
    ['a forbidden address', new Unasked('never asked'), { kind: 'unasked', why: 'never asked' }],
    ['anything else', new Error('odd'), { kind: 'failed', why: 'odd' }],
    ['no error at all', 'odd', { kind: 'failed', why: 'odd' }],
  ])('%s', (_, error, trouble) => expect(troubleOf(error)).toEqual(trouble));
});
