import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { asRoot, runScript } from "./run.ts";

/**
 * Takes away everything that a fleet has, whatever state it is in: its hosts with all their processes, its network, its folder.
 * Only when the folder is still that owner's: by the time the lock is had, the number may be another fleet's.
 */
const cleanup = `
fleet=$1 directory=$2 owner=$3
exec 9> "$(dirname "$directory")/lock"
flock 9
[ "$(cat "$directory/owner" 2> /dev/null)" = "$owner" ] || exit 0
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
for group in "$cgroups/rbf-$fleet-"*; do
  [ -d "$group" ] || continue
  echo 1 > "$group/cgroup.kill"
  # The kernel takes a moment to let go of a group whose last process has just died.
  for turn in $(seq 250); do
    [ -d "$group" ] || break
    find "$group" -depth -type d -exec rmdir {} + 2> /dev/null || sleep 0.02
  done
done
for namespace in $(ip netns list | cut -d' ' -f1); do
  case $namespace in "rbf-$fleet-"*) ip netns delete "$namespace" ;; esac
done
if ip link show "rbf$fleet" > /dev/null 2>&1; then ip link delete "rbf$fleet"; fi
rm -rf "$directory"
`;

/** Cleans away what a fleet of a dead process left. */
export async function cleanUp(fleet: number, directory: string, owner: string): Promise<void> {
  await runScript(cleanup, String(fleet), directory, owner);
}

/**
 * Starts a process that cleans up as soon as this one lets go of it or ends, also when this one is killed.
 * Returns what lets go and waits until all is clean.
 */
export function cleanUpAtTheEnd(fleet: number, directory: string, owner: string): () => Promise<void> {
  const [command = "", ...args] = asRoot("sh", "-euc", `cat > /dev/null\n${cleanup}`, "fleet", String(fleet), directory, owner);
  const guard = spawn(command, args, { stdio: ["pipe", "ignore", "inherit"], detached: true });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  const done = new Promise<void>((resolve, reject) => {
    guard.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`Cleaning up fleet ${fleet} ended with ${code}; see ${directory}`))));
  });
  return () => {
    guard.ref();
    guard.stdin.end();
    return done;
  };
}
