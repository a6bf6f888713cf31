/** Records what Hurl answers to the files of this folder, for the tests where it is not installed: `node __tests__/checks/hurl/record.mts`. */
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { session, shop } from './server.ts';

const folder = import.meta.dirname;
const server = createServer(shop).listen(8765, '127.0.0.1');
for (const file of readdirSync(folder).filter((name) => name.endsWith('.hurl'))) {
  const env = { PATH: process.env['PATH'], HURL_VARIABLE_base: 'http://127.0.0.1:8765', HURL_SECRET_session: session };
  const recorded = await new Promise((settle) => execFile('hurl', ['--json', '--no-color', file], { cwd: folder, env }, (error, results, trouble) => settle({ code: error?.code ?? 0, results, trouble })));
  writeFileSync(`${folder}/${file.replace(/\.hurl$/, '.json')}`, `${JSON.stringify(recorded, null, 2)}\n`);
}
server.closeAllConnections();
server.close();
