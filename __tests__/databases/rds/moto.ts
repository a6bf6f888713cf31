import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** moto's server: AWS as far as names, tags, faults and answers go. It has one account, 123456789012. */
export type Moto = AsyncDisposable & { readonly url: string };

const venv = join(tmpdir(), 'rollback-action-moto');
const hasMoto = `-c 'import moto.server, moto.rds, flask_cors'`;

/**
 * Prints a Python that can serve moto's RDS: the system's own (Debian 13 has python3-moto), or one in a folder that is made once. Test files
 * start side by side: one of them installs.
 */
const findPython = `
exec 9>${venv}.lock
flock 9
for python in python3 ${venv}/bin/python3; do if $python ${hasMoto} 2>/dev/null; then echo $python; exit; fi; done
{
  as_root=; [ "$(id -u)" = 0 ] || as_root='sudo -n'
  if command -v apt-get; then
    $as_root apt-get update -q
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3-moto python3-flask-cors python3-cffi-backend \
      || $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3-venv
  fi
  python3 ${hasMoto} || { rm -rf ${venv}; python3 -m venv ${venv} && ${venv}/bin/pip install -q 'moto[rds,server]'; }
} >/dev/null 2>&1 </dev/null
for python in python3 ${venv}/bin/python3; do if $python ${hasMoto} 2>/dev/null; then echo $python; exit; fi; done
`;

function pythonWithMoto(): string | undefined {
  const python = spawnSync('sh', ['-c', findPython], { encoding: 'utf8' }).stdout.trim();
  return python === '' ? undefined : python;
}

/** Whether moto is here or could be installed. Says so in one loud line when not, and throws on CI, where these tests are never skipped. */
export function motoAvailable(): boolean {
  if (pythonWithMoto() !== undefined) return true;
  if (process.env['CI']) throw new Error('The RDS tests must run on CI, but moto could not be installed');
  console.warn('!!! SKIPPED, NOT TESTED: everything on RDS, because moto (pip install "moto[rds,server]") could not be installed !!!');
  return false;
}

export async function startMoto(): Promise<Moto> {
  const python = pythonWithMoto();
  if (python === undefined) throw new Error('moto is not installed');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(python, ['-c', 'from moto.server import main; main()', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', env: { ...process.env, AWS_DEFAULT_REGION: 'eu-central-1' } });
  const ended = new Promise<void>((resolve) => { child.on('exit', () => resolve()); });
  for (;;) {
    const up = await fetch(`${url}/moto-api/data.json`).then(({ ok }) => ok, () => false);
    if (up) break;
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode}`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
