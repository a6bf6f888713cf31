/** MariaDB and MySQL. */
import type { Engine } from './engine.ts';
import { affectedBy } from './mysql/affected.ts';
import { asideOf, forgetAside, keepAside } from './mysql/aside.ts';
import { beside } from './mysql/beside.ts';
import { client } from './mysql/client.ts';
import { dumpDatabase } from './mysql/dump.ts';
import { databaseFacts } from './mysql/facts.ts';
import { rowChecksums, schemaFingerprint } from './mysql/fingerprint.ts';
import { countDrops, dropsIn } from './mysql/loss.ts';
import { lostRows } from './mysql/lost.ts';
import { keepWritten, restoreAside } from './mysql/restore.ts';

export const mysql: Engine = {
  name: 'mysql',
  title: 'MariaDB or MySQL',
  ending: 'sql.gz',
  client,
  facts: databaseFacts,
  dump: dumpDatabase,
  schemaFingerprint,
  rowChecksums,
  aside: {
    nameOf: asideOf,
    countDrops: (sql) => countDrops(dropsIn(sql)),
    keep: (run, sql) => keepAside(run, affectedBy(sql)),
    keepWritten,
    restore: restoreAside,
    lost: lostRows,
    forget: forgetAside,
  },
  beside,
};
