import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setCable } from "./network.ts";
import { firstProcess, holder, powerBack, powerOff, reset, type Machine } from "./machine.ts";
import { asRoot, attempt, run, type Finished } from "./run.ts";
import { until } from "./until.ts";

/** One Debian host of the fleet, looked at and changed from outside: nothing here goes over SSH. */
export class Host {
  /** Short and unique in its fleet, such as `app1`; also its host name. */
  readonly name: string;
  /** IPv4, reachable from this machine and from the other hosts. */
  readonly address: string;
  /** The public half of its host key, `ssh-ed25519 AAAA…`; every host has another. */
  readonly hostKey: string;
  readonly #machine: Machine;

  constructor(machine: Machine, address: string, hostKey: string) {
    this.name = machine.name;
    this.address = address;
    this.hostKey = hostKey;
    this.#machine = machine;
  }

  /** Runs a bash script on the host, in a clean environment and in the user's home. Never rejects for its exit code. */
  async exec(script: string, { user = "root", input = "" }: { user?: "root" | "deploy"; input?: string | Buffer } = {}): Promise<Finished> {
    return attempt([...(await this.#enter()), ...as(user), "/bin/bash", "-c", script, "fleet"], { input });
  }

  /** The same for a script that must succeed: returns what it printed, throws with its stderr. */
  async run(script: string, { user = "root", input = "" }: { user?: "root" | "deploy"; input?: string | Buffer } = {}): Promise<string> {
    return run([...(await this.#enter()), ...as(user), "/bin/bash", "-c", script, "fleet"], { input });
  }

  /** Writes a whole file and the folders above it. `mode` as `chmod` reads it; `owner` as `chown` does. */
  async write(path: string, content: string | Buffer, mode = "0644", owner = "root:root"): Promise<void> {
    const script = `mkdir -p "$(dirname '${path}')" && cat > '${path}' && chmod '${mode}' '${path}' && chown '${owner}' '${path}'`;
    await this.run(script, { input: content });
  }

  /** Waits until sshd greets. `seconds` is the limit. */
  async answers(seconds = 20): Promise<void> {
    try {
      await until(`sshd on ${this.name} greets`, () => greeting(this.address), seconds);
    } catch (cause) {
      const console = await readFile(`${this.#machine.directory}/console`, "utf8").catch(String);
      throw new Error(`${this.name} does not answer; its console says: ${console.slice(-2000)}`, { cause });
    }
  }

  /** Presses the reset button: no service is told, the disk stays. Returns when sshd greets again. */
  async reboot(): Promise<void> {
    const before = await firstProcess(this.#machine);
    await reset(this.#machine);
    await until(`${this.name} starts again`, async () => {
      const now = await firstProcess(this.#machine);
      return now !== undefined && now !== before ? now : undefined;
    });
    await this.answers();
  }

  /** Pulls the network cable: nobody reaches the host and it reaches nobody, but connections are not reset. */
  unplug(): Promise<void> {
    return setCable(this.#machine.fleet, this.address, "down");
  }

  /** Puts the network cable back. */
  plug(): Promise<void> {
    return setCable(this.#machine.fleet, this.address, "up");
  }

  /**
   * Runs a shell script as root of this machine beside the host's disk: `changes` holds exactly the files that differ from the image,
   * `root` the whole.
   */
  async besideDisk(script: string): Promise<string> {
    const pid = await until(`${this.name} has a disk`, () => holder(this.#machine), 5);
    return run(asRoot("nsenter", `--target=${pid}`, "--mount", "sh", "-euc", `cd "$1"\n${script}`, "fleet", `${this.#machine.directory}/disk`));
  }

  /** Pulls the plug: every process is gone at once, the disk stays. */
  stop(): Promise<void> {
    return powerOff(this.#machine);
  }

  /** Puts the plug back after `stop`, and returns when sshd greets. */
  async start(): Promise<void> {
    await powerBack(this.#machine);
    await this.answers();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #enter(): Promise<string[]> {
    const pid = await until(`${this.name} runs`, () => firstProcess(this.#machine), 5);
    return asRoot("nsenter", `--target=${pid}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--");
  }
}

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function as(user: "root" | "deploy"): string[] {
  const home = user === "root" ? "/root" : "/home/deploy";
  const clean = ["/usr/bin/env", "-i", `--chdir=${home}`, path, "LANG=C.UTF-8", `HOME=${home}`, `USER=${user}`, `LOGNAME=${user}`, "SHELL=/bin/bash"];
  return user === "root" ? clean : [...clean, "/usr/bin/setpriv", "--reuid=deploy", "--regid=deploy", "--init-groups"];
}

function greeting(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const answer = (text?: string) => {
      socket.destroy();
      resolve(text?.startsWith("SSH-") ? text : undefined);
    };
    socket.on("data", (chunk) => answer(String(chunk)));
    socket.on("timeout", () => answer()).on("error", () => answer()).on("close", () => answer());
  });
}
