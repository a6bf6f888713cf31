/** What the git method has to know before it plans: every host, the target, what lies between. Read only. */
import { hostQuestion, readHostFacts, type HostFacts, type Role } from '../../assess/host.ts';
import { judgeHost } from '../../assess/judge.ts';
import { chooseTarget, currentRelease, type Target } from '../../assess/target.ts';
import { candidates, changedPaths, difference, isSha, newestOf, repository, resolve, targetPresence } from '../../commands/git.ts';
import { quote } from '../../commands/quote.ts';
import { refuseIfAny, RollbackError, type Failure } from '../../errors.ts';
import type { BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import { eachAtMost } from '../../parallel.ts';
import type { Facts } from '../../ports.ts';
import type { Surroundings } from '../method.ts';

/** A host with what the target means for it. */
export type TargetOnHost = {
  readonly facts: HostFacts;
  /** The target is not in its checkout yet. */
  readonly toFetch: boolean;
  /** Paths that differ between its release and the target; undefined when the target is not there to compare. */
  readonly changed: readonly string[] | undefined;
};

export type GitFacts = {
  readonly hosts: readonly TargetOnHost[];
  readonly from: string;
  readonly target: Target;
  readonly unfinished?: BegunRun;
  /** Facts of `difference`. */
  readonly between: Facts;
};

export async function assessCheckouts(inputs: Inputs, roles: ReadonlyMap<string, Role>, around: Surroundings): Promise<GitFacts> {
  const ask = async (host: string, script: string): Promise<Facts> => (await hostOf(around, host).ask(repository(inputs.appDir) + script)).facts;
  const facts = await eachAtMost(inputs.parallel, [...roles], async ([host, role]) => {
    const answer = await hostOf(around, host).ask(hostQuestion(inputs, role));
    const read = readHostFacts(host, role, answer.facts, Math.round(around.clock.now() / 1000));
    // Other applications of the environment write to the same record.
    return { ...read, releases: read.releases.filter(({ app = inputs.appDir }) => app === inputs.appDir) };
  });
  refuseIfAny(facts.flatMap((each) => judgeHost(inputs, each)));

  const unfinished = facts.find((each) => each.unfinished !== undefined)?.unfinished;
  refuseIfAny(unfinished === undefined ? [] : otherMethod(inputs, unfinished));
  const from = unfinished?.from ?? (await findCurrent(inputs, facts, ask));
  const target = await findTarget(inputs, facts, { from, unfinished }, around, ask);

  const hosts = await eachAtMost(inputs.parallel, facts, async (each) => {
    const answer = await ask(each.host, `${targetPresence(target.sha)}${changedPaths}`);
    const here = answer.get('target-here')?.[0];
    return { facts: each, toFetch: here === 'fetchable', absent: here === 'no', why: answer.get('target-error')?.[0], changed: here === 'yes' ? (answer.get('changed') ?? []) : undefined };
  });
  refuseIfAny(hosts.filter(({ absent }) => absent).map(({ facts: { host }, why }): Failure => ({
    code: 'no-such-commit', host, what: `the commit ${target.sha} is neither in ${inputs.appDir} nor at its remote`, ...(why === undefined ? {} : { why }),
    fix: `Check that \`git -C ${inputs.appDir} fetch origin ${target.sha}\` works on ${host}, or give another "commit".`,
  })));
  const lead = hosts.find(({ toFetch }) => !toFetch)?.facts.host ?? facts[0]?.host ?? '';
  const between = await ask(lead, targetPresence(target.sha) + difference(from, target.sha));
  return { hosts, from, target, between, ...(unfinished === undefined ? {} : { unfinished }) };
}

type Ask = (host: string, script: string) => Promise<Facts>;

/** The release that serves now; where hosts differ, the one that contains the others. */
async function findCurrent(inputs: Inputs, facts: readonly HostFacts[], ask: Ask): Promise<string> {
  const serving = facts.filter(({ role }) => role.app);
  const heads = [...new Set(serving.map(({ head }) => head))];
  let newest: readonly string[] = [];
  for (const { host } of heads.length > 1 ? serving : []) {
    newest = ((await ask(host, newestOf(heads))).get('newest') ?? []).filter(isSha);
    if (newest.length > 0) break;
  }
  const current = currentRelease(serving, newest);
  if (current !== undefined) return current;
  if (inputs.commit !== undefined) return serving[0]?.head ?? '';
  throw new RollbackError({
    code: 'no-known-good', what: `the hosts are on different releases (${serving.map(({ host, head }) => `${host}: ${head.slice(0, 7)}`).join(', ')}) of which none contains the others, so the last good one cannot be told`,
    fix: 'Give the release to return to as "commit".',
  });
}

/** The method `database` leaves the code where it is, unless a commit says otherwise. */
async function findTarget(inputs: Inputs, facts: readonly HostFacts[], known: { from: string; unfinished: BegunRun | undefined }, around: Surroundings, ask: Ask): Promise<Target> {
  const { commit } = inputs;
  if (commit !== undefined) return resolveCommit(commit, facts, ask);
  const { from: current, unfinished } = known;
  if (unfinished !== undefined) return { sha: unfinished.to, rule: 'resumed' };
  if (inputs.method === 'database') return { sha: current, rule: 'current' };
  const releases = facts.flatMap((each) => each.releases);
  const lead = facts.find(({ role }) => role.app)?.host ?? '';
  const [offered, deployments] = await Promise.all([ask(lead, candidates(current)), around.deployments()]);
  const target = chooseTarget({ current, releases, deployments, matching: (offered.get('matching') ?? []).filter(isSha), parents: (offered.get('parent') ?? []).filter(isSha) });
  if (target !== undefined) return target;
  throw new RollbackError({
    code: 'no-known-good', host: lead, what: `no record, no message and no parent of ${current.slice(0, 7)} says which release was good`,
    fix: 'Give the release to return to as "commit".',
  });
}

async function resolveCommit(commit: string, facts: readonly HostFacts[], ask: Ask): Promise<Target> {
  let ambiguous: string | undefined;
  for (const { host } of facts) {
    const answer = await ask(host, resolve(commit));
    const sha = answer.get('target')?.find(isSha);
    if (sha !== undefined) return { sha, rule: 'input' };
    ambiguous ??= answer.get('ambiguous')?.[0] || undefined;
  }
  throw new RollbackError({
    code: 'no-such-commit', what: `the input "commit" is ${JSON.stringify(commit)}, which no host knows as a commit, tag or branch, nor does their remote`,
    ...(ambiguous === undefined ? {} : { why: ambiguous }), fix: 'Give the full SHA, or a tag or branch that has been pushed.',
  });
}

/** Asked again after an undo: the same answer means that the checkout and its units are as they were found. */
export function checkoutAsFound(inputs: Inputs, role: Role): string {
  return `${repository(inputs.appDir)}
fact as-found "commit $(repo rev-parse HEAD)"
fact as-found "branch $(repo symbolic-ref --quiet HEAD)"
fact as-found "local changes $(repo status --porcelain=v2 --untracked-files=no | sha256sum | cut -c 1-64)"
${role.app ? inputs.services.map((unit) => `fact as-found "unit "${quote(unit)}" $(systemctl show --property=ActiveState --value -- ${quote(unit)} | sed 's/activating/failed/')"\n`).join('') : ''}`;
}

/** What a run began, only one of the same method knows how to take up. */
function otherMethod({ method }: Inputs, { run, actor, backup }: BegunRun): readonly Failure[] {
  const began = backup === undefined ? 'git' : 'database';
  // A canary's code goes back as the git method does it.
  if (began === method || (began === 'git' && method === 'canary')) return [];
  return [{ code: 'locked', what: `the rollback ${run} of ${actor} was interrupted before it ended, and its method was "${began}"`, fix: `Run the rollback with "method: ${began}": it takes up from there and brings it to an end. Then run this one.` }];
}

function hostOf(around: Surroundings, name: string) {
  const host = around.hosts.get(name);
  if (host === undefined) throw new Error(`${name} is no host of this run`);
  return host;
}
