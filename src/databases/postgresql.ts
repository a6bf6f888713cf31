/** PostgreSQL, as methods use it. */
import type { Engine } from './engine.ts';
import { admin, askAdmin } from './postgresql/admin.ts';
import { aside } from './postgresql/aside.ts';
import { rowChecksums } from './postgresql/checksums.ts';
import { client } from './postgresql/client.ts';
import { dumpDatabase } from './postgresql/dump.ts';
import { databaseFacts } from './postgresql/facts.ts';
import { fence, unfence } from './postgresql/fence.ts';
import { lostBetween } from './postgresql/lost.ts';
import { proveForeign } from './postgresql/prove.ts';
import { schemaFingerprint } from './postgresql/reading.ts';
import { forgetBeside, restoreBeside } from './postgresql/restore.ts';
import { obstacles, swap, swapBack } from './postgresql/swap.ts';

export const postgresql: Engine = {
  name: 'postgresql', title: 'PostgreSQL', ending: 'dump',
  client, facts: databaseFacts, dump: dumpDatabase, schemaFingerprint, rowChecksums, aside,
  beside: { askAdmin, admin, obstacles, proveForeign, restore: restoreBeside, lost: lostBetween, forget: forgetBeside, swap, swapBack, fence, unfence },
};
