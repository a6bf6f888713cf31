import { describe, expect, test } from 'vitest';
import { affectedBy } from '../../src/databases/mysql/affected.ts';

describe('what a downgrade affects', () => {
  test('as alembic prints it', () => {
    expect(affectedBy(`-- Running downgrade d4 -> c3

DROP TABLE matches;

UPDATE alembic_version SET version_num='c3' WHERE alembic_version.version_num = 'd4';

-- Running downgrade c3 -> b2

ALTER TABLE jobs MODIFY title VARCHAR(120) NOT NULL;

ALTER TABLE jobs DROP COLUMN match_score;

UPDATE jobs SET note = 'semi;colon -- and ''quotes''' WHERE id > 3;

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'c3';
`)).toEqual({
      kind: 'tables',
      tables: [{ name: 'matches', rows: false }, { name: 'alembic_version', rows: true }, { name: 'jobs', rows: true }],
      created: [],
    });
  });

  test.each([
    ['ALTER TABLE `a b` ADD COLUMN x INT', [['a b', false]], []],
    ['ALTER TABLE shop.`a``b` DROP x', [['a`b', false]], []],
    ['alter table a rename to b', [['a', false]], ['b']],
    ['ALTER TABLE a RENAME b', [['a', false]], ['b']],
    ['ALTER TABLE a RENAME COLUMN x TO y', [['a', false]], []],
    ['ALTER TABLE a RENAME INDEX x TO y', [['a', false]], []],
    ['DROP TABLE IF EXISTS a, `b c`', [['a', false], ['b c', false]], []],
    ['RENAME TABLE a TO b, c TO d', [['a', false], ['c', false]], ['b', 'd']],
    ['CREATE TABLE IF NOT EXISTS `a` (x INT)', [], ['a']],
    ['CREATE UNIQUE INDEX i ON a (x)', [['a', false]], []],
    ['DROP INDEX i ON a', [['a', false]], []],
    ['TRUNCATE a', [['a', true]], []],
    ['INSERT INTO a (x) VALUES (1)', [['a', true]], []],
    ['REPLACE INTO a VALUES (1)', [['a', true]], []],
    ['DELETE FROM a WHERE a.x = 1', [['a', true]], []],
    ['DELETE FROM a', [['a', true]], []],
    ['ALTER TABLE a ADD x INT; UPDATE a SET x = 1', [['a', true]], []],
    ['SET x = 1; CREATE OR REPLACE VIEW v AS SELECT 1; DROP TRIGGER t', [], []],
  ] as const)('%s', (sql, tables, created) => {
    expect(affectedBy(sql)).toEqual({ kind: 'tables', tables: tables.map(([name, rows]) => ({ name, rows })), created });
  });

  test.each(['', '-- nothing', 'CALL p()', 'UPDATE a, b SET a.x = b.x', 'UPDATE a JOIN b ON a.i = b.i SET a.x = 1', 'DELETE a FROM a JOIN b ON a.i = b.i', 'CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1', 'LOAD DATA INFILE "x" INTO TABLE a', 'WITH q AS (SELECT 1) SELECT 1', '/*!50000 DROP TABLE a */'])(
    'what cannot be read from the SQL is everything: %s', (sql) => { expect(affectedBy(sql)).toEqual({ kind: 'everything' }); },
  );
});
