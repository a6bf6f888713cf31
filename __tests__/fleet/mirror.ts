import { attempt } from "./run.ts";

/** Where Debian's packages come from, empty for debootstrap's own choice, and how the machine reaches it. */
export type Mirror = { url: string; options: string };

/**
 * The mirror of this machine's own apt when that is Debian's;
 * with apt's own settings for the way there (proxies, retries, checks).
 */
export async function debianMirror(): Promise<Mirror> {
  const targets = await attempt(["apt-get", "indextargets", "--format", "$(REPO_URI)"]);
  const config = await attempt(["apt-config", "dump"]);
  const url = targets.stdout.split("\n").find((line) => /^https?:\/\/\S+\/debian\/?$/.test(line));
  const options = config.stdout.split("\n").filter((line) => /^Acquire::(https?|Retries|Check-Valid-Until|Check-Date)\b.* "[^"]+";$/.test(line));
  return { url: url ?? "", options: options.join("\n") };
}
