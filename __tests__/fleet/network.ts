import { networkInterfaces } from "node:os";
import { runScript } from "./run.ts";

/**
 * The hosts' network: 10.231.<fleet>.0/24 on a bridge in a network namespace of its own (so that no firewall of this machine
 * stands between two hosts), with one cable to each host and one to this machine, which is `.1`.
 */
const layCables = `
fleet=$1 net=10.231.$1
shift
switch=rbf-$fleet-switch
ip netns add "$switch"
ip -n "$switch" link add bridge type bridge
ip -n "$switch" link set bridge up
ip link add "rbf$fleet" type veth peer name uplink netns "$switch"
ip -n "$switch" link set uplink master bridge up
ip address add "$net.1/24" dev "rbf$fleet"
ip link set "rbf$fleet" up
number=10
for host in "$@"; do
  number=$((number + 1))
  ip netns add "rbf-$fleet-$host"
  ip link add "p$number" netns "$switch" type veth peer name eth0 netns "rbf-$fleet-$host"
  ip -n "$switch" link set "p$number" master bridge up
  ip -n "rbf-$fleet-$host" link set lo up
  ip -n "rbf-$fleet-$host" address add "$net.$number/24" dev eth0
  ip -n "rbf-$fleet-$host" link set eth0 up
  ip -n "rbf-$fleet-$host" route add default via "$net.1"
done
`;

/** Connects the hosts and returns their addresses, in the same order. */
export async function connectHosts(fleet: number, hosts: string[]): Promise<string[]> {
  await runScript(layCables, String(fleet), ...hosts);
  return hosts.map((_, index) => `10.231.${fleet}.${index + 11}`);
}

/** Pulls the network cable of a host, or puts it back. */
export async function setCable(fleet: number, address: string, state: "up" | "down"): Promise<void> {
  await runScript(`ip -n "rbf-$1-switch" link set "p$2" "$3"`, String(fleet), address.split(".").at(-1) ?? "", state);
}

/** Whether nothing else on this machine uses the network that a fleet of this number would have. */
export function networkIsFree(fleet: number): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return !addresses.some(({ address }) => address.startsWith(`10.231.${fleet}.`));
}
