import type { Engine } from '../../src/databases/engine.ts';

/** A kind of database whose texts say what they would do: `restore(live -> live_rb)`. */
export const fakeEngine: Engine = {
  name: 'mysql', title: 'A database of labels', ending: 'sql.gz',
  client: () => 'client\n', facts: () => 'facts\n', dump: () => 'dump\n', schemaFingerprint: 'schema\n', rowChecksums: () => 'rows\n',
  aside: {
    nameOf: (run) => `aside ${run}`, countDrops: () => 'count drops\n', keep: () => 'keep\n', keepWritten: () => 'keep written\n', restore: () => 'put back\n', lost: () => 'lost\n', forget: () => 'forget\n',
  },
  beside: {
    askAdmin: () => 'ask admin\n', admin: (how) => `admin ${how}\n`, obstacles: () => 'obstacles\n', proveForeign: 'prove a foreign dump\n',
    restore: ({ restored }) => `restore into ${restored}\n`,
    lost: (from, to, file) => `rows of ${from.database} that are not in ${to.database}${file === undefined ? '' : `, exported to ${file}`}\n`,
    forget: ({ restored }) => `forget ${restored}\n`,
    swap: ({ live, restored, kept }) => `swap ${restored} -> ${live} -> ${kept}\n`, swapBack: ({ live, kept }) => `swap back ${kept} -> ${live}\n`,
    fence: ({ live }) => `fence ${live}\n`, unfence: ({ live }) => `unfence ${live}\n`,
  },
};
