/** The git method: code, dependencies, migrations and services back to a commit. */
import { noteHost } from '../assess/judge.ts';
import { closeFound } from '../commands/checkout.ts';
import { repository } from '../commands/git.ts';
import { dropKeptPackages } from '../commands/packages.ts';
import { recordEnd } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import type { Commit, Release } from '../outcome.ts';
import { eachAtMost } from '../parallel.ts';
import type { Facts } from '../ports.ts';
import { answerTo } from '../settle.ts';
import { assessCheckouts, checkoutAsFound, type GitFacts } from './git/assess.ts';
import { planGit } from './git/plan.ts';
import { rolesOf } from './git/roles.ts';
import type { AsFound, Assessed, Method, Surroundings } from './method.ts';

export const git: Method = { assess, close };

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const roles = rolesOf(inputs);
  const facts = await assessCheckouts(inputs, roles, around);
  const asFound = await eachAtMost(inputs.parallel, [...roles], async ([host, role]): Promise<AsFound> => {
    const question = { host, what: 'the checkout', script: checkoutAsFound(inputs, role) };
    return { ...question, answer: await answerTo(question, around.hosts, undefined) };
  });
  const { from, target, between } = facts;
  const begun = facts.unfinished ?? { run: around.run.id, actor: around.run.actor, startedAt: around.clock.now(), from, to: target.sha };
  return {
    from: releaseOf(from, between),
    to: { ...releaseOf(target.sha, between), rule: target.rule },
    plan: planGit(inputs, facts, { backups: [], migrations: [] }, '', begun),
    asAsked: facts.unfinished === undefined && facts.hosts.every(({ facts: { head, dirty } }) => head === target.sha && dirty.length === 0),
    commits: (between.get('commit') ?? []).map(commitOf),
    commitCount: Number(between.get('commit-count')?.[0] ?? 0),
    migrations: [],
    migrationSql: '',
    filesChanged: Number(between.get('changed-count')?.[0] ?? 0),
    notes: notesOn(facts),
    current: Object.fromEntries(facts.hosts.map(({ facts: { host, head } }) => [host, head])),
    asFound,
    appHosts: inputs.hosts.map(({ name }) => name),
  };
}

function close(inputs: Inputs, _host: string, ended: Parameters<Method['close']>[2], material: Parameters<Method['close']>[3]): ReturnType<Method['close']> {
  const { appDir, virtualenv, environment } = inputs;
  const put = material === 'leave' ? '' : closeFound(material === 'keep' ? { keepAs: ended.run } : {});
  const packages = material !== 'drop' || virtualenv === undefined ? '' : dropKeptPackages(virtualenv);
  return { script: `set -eu\n${repository(appDir)}${recordEnd(environment, ended)}${packages}${put}` };
}

function notesOn({ hosts }: GitFacts): readonly string[] {
  return hosts.flatMap(({ facts, toFetch }) => [
    ...noteHost(facts),
    ...(toFetch ? [`${facts.host}: the target is not in the checkout and is fetched from its remote.`] : []),
    ...(facts.dirty.length > 0 ? [`${facts.host}: the checkout has local changes in ${facts.dirty.length} files; they are kept in a ref and a patch.`] : []),
  ]);
}

function releaseOf(sha: string, between: Facts): Release {
  return { sha, names: between.get(`tag-${sha}`) ?? [], subject: between.get(`subject-${sha}`)?.[0] ?? '' };
}

/** A line of the fact `commit` of `difference`. */
function commitOf(line: string): Commit {
  const [sha = '', time = '', author = '', ...subject] = line.split('␟');
  return { sha, time, author, subject: subject.join(' ') };
}
