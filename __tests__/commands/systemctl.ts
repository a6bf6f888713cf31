/** A `systemctl` that plays units from files, and a `sleep` that lets its time pass at once: for scripts that watch units. */
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript, type Ran } from './shell.ts';

const systemctl = `#!/bin/sh
operation=$1; shift
property=
while [ "$#" -gt 0 ]; do case $1 in --property=*) property=\${1#--property=};; --value) value=1;; --) ;; -*) ;; *) unit=$1;; esac; shift; done
[ "$operation" = show ] || echo "$operation $unit" >> "$PLAY/calls"
put() { printf '%s\\n' "$2" > "$PLAY/units/$unit/$1"; }
read -r seconds < "$PLAY/seconds"
start() { put InvocationID "invocation-$(( $(wc -l < "$PLAY/calls") ))"; put ActiveState active; put SubState running; put NRestarts 0; put Result success; }
default() { case $operation in restart) start;; stop) put ActiveState inactive; put SubState dead;; esac; }
. "$PLAY/plot"
if [ "$operation" = show ]; then
  IFS=,
  for one in $property; do
    IFS= read -r got < "$PLAY/units/$unit/$one"
    if [ -n "\${value:-}" ]; then echo "$got"; else echo "$one=$got"; fi
  done
fi
`;

export type Unit = { readonly ActiveState?: string; readonly SubState?: string; readonly InvocationID?: string; readonly NRestarts?: string; readonly Type?: string; readonly Result?: string; readonly LoadState?: string };

export class Stage implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'systemctl-'));

  /** @param plot sh that runs in each call; `default` does what systemd does: `case "$operation $unit $seconds" in …` */
  constructor(units: Readonly<Record<string, Unit>>, plot = 'default') {
    mkdirSync(join(this.folder, 'bin'));
    for (const [unit, properties] of Object.entries(units)) {
      const all = { LoadState: 'loaded', ActiveState: 'active', SubState: 'running', InvocationID: `first-${unit}`, NRestarts: '0', Type: 'simple', Result: 'success', ...properties };
      mkdirSync(join(this.folder, 'units', unit), { recursive: true });
      for (const [name, value] of Object.entries(all)) writeFileSync(join(this.folder, 'units', unit, name), `${value}\n`);
    }
    writeFileSync(join(this.folder, 'plot'), `${plot}\n`);
    writeFileSync(join(this.folder, 'calls'), '');
    writeFileSync(join(this.folder, 'seconds'), '0\n');
    this.#tool('systemctl', systemctl);
    this.#tool('sleep', '#!/bin/sh\nread -r seconds < "$PLAY/seconds"\necho "$((seconds + $1))" > "$PLAY/seconds"\n');
  }

  /** Runs a script, with `$found` where undo material lies. */
  run(script: string): Ran {
    mkdirSync(join(this.folder, 'found'), { recursive: true });
    return runScript(`found=${this.folder}/found\n${script}`, { PLAY: this.folder, PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}` });
  }

  /** What was done to units, in order. */
  calls(): readonly string[] {
    return readFileSync(join(this.folder, 'calls'), 'utf8').split('\n').filter((call) => call !== '' && !call.startsWith('status'));
  }

  seconds(): number {
    return Number(readFileSync(join(this.folder, 'seconds'), 'utf8'));
  }

  /** The story goes on otherwise. */
  plot(text: string): void {
    writeFileSync(join(this.folder, 'plot'), `${text}\n`);
  }

  touchCheckout(): void {
    appendFileSync(join(this.folder, 'found/touched'), '');
  }

  #tool(name: string, text: string): void {
    writeFileSync(join(this.folder, 'bin', name), text);
    chmodSync(join(this.folder, 'bin', name), 0o755);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
