import { expect, test } from 'vitest';
import { rolesOf } from '../../../src/methods/git/roles.ts';
import { read } from '../../inputs/good.ts';

const alembic = { migrations: 'alembic', 'migrations-dir': 'backend' };
const database = { 'env-file': '.env' };
const [app, both, data] = [{ app: true, database: false }, { app: true, database: true }, { app: false, database: true }];

test.each<readonly [string, Readonly<Record<string, string>>, readonly (readonly [string, typeof app])[]]>([
  ['no database', {}, [['web-1', app], ['web-2', app]]],
  ['migrations run on the first host', alembic, [['web-1', both], ['web-2', app]]],
  ['a dump is made there, too', database, [['web-1', both], ['web-2', app]]],
  ['a known database that is not saved needs no host', { ...database, backup: 'none' }, [['web-1', app], ['web-2', app]]],
  ['only the checkout is saved', { ...database, backup: 'app' }, [['web-1', app], ['web-2', app]]],
  ['one of the others is the database host', { ...alembic, 'database-host': 'deploy@web-2' }, [['web-1', app], ['web-2', both]]],
  ['the database host is none of them', { ...alembic, 'database-host': 'deploy@db-1' }, [['web-1', app], ['web-2', app], ['db-1', data]]],
])('%s', (_, inputs, roles) => {
  expect([...rolesOf(read({ hosts: 'deploy@web-1\ndeploy@web-2', ...inputs }))]).toEqual(roles);
});
