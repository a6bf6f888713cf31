import { attempt, asRoot } from "./run.ts";

/**
 * Whether this machine can run the fleet: Linux, and root or `sudo` without a password.
 * Says so in one loud line when not, and throws on CI, where these tests are never skipped.
 */
export async function fleetAvailable(): Promise<boolean> {
  const why = await whyNot();
  if (why === undefined) return true;
  if (process.env["CI"]) throw new Error(`The fleet must run on CI, but ${why}`);
  console.warn(`!!! SKIPPED, NOT TESTED: everything on the fleet of real hosts, because ${why} !!!`);
  return false;
}

async function whyNot(): Promise<string | undefined> {
  if (process.platform !== "linux") return `this is ${process.platform}, not Linux`;
  const { code } = await attempt(asRoot("true")).catch(() => ({ code: 127 }));
  return code === 0 ? undefined : "it needs root, or sudo without a password";
}
