/** The git method: code, dependencies, migrations and services back to a commit. */
import { answerTo, type AsFound } from '../as-found.ts';
import { noteHost } from '../assess/judge.ts';
import { closeFound } from '../commands/checkout.ts';
import { repository } from '../commands/git.ts';
import { dropKeptPackages } from '../commands/packages.ts';
import { recordEnd, type EndedRun } from '../hosts/history.ts';
import type { Inputs } from '../inputs.ts';
import type { Commit, Release } from '../outcome.ts';
import { eachAtMost } from '../parallel.ts';
import type { Facts } from '../ports.ts';
import { assessData, type DataFacts } from './git/assess-data.ts';
import { assessCheckouts, checkoutAsFound, type GitFacts } from './git/assess.ts';
import { closeData, dataAsFound, planData } from './git/data.ts';
import { environmentFor } from './git/source.ts';
import { planGit } from './git/plan.ts';
import { rolesOf } from './git/roles.ts';
import type { Assessed, Method, Surroundings } from './method.ts';

export const git: Method = { assess, close };

async function assess(inputs: Inputs, around: Surroundings): Promise<Assessed> {
  const roles = rolesOf(inputs);
  const facts = await assessCheckouts(inputs, roles, around);
  const data = await assessData(inputs, facts, around);
  const asFound = await askAsFound(inputs, facts, data, around);
  const { from, target, between, unfinished } = facts;
  const begun = unfinished ?? { run: around.run.id, actor: around.run.actor, from, to: target.sha, startedAt: around.clock.now() };
  const { movements, migrations, sql } = data.way;
  return {
    from: releaseOf(from, between),
    to: { ...releaseOf(target.sha, between), rule: target.rule },
    plan: planGit(inputs, facts, planData(inputs, facts, data, begun), { environment: environmentFor(inputs), begun, asFound }),
    asAsked: unfinished === undefined && movements.length === 0 && facts.hosts.every(({ facts: { head, dirty } }) => head === target.sha && dirty.length === 0),
    commits: (between.get('commit') ?? []).map(commitOf),
    commitCount: Number(between.get('commit-count')?.[0] ?? 0),
    migrations,
    migrationSql: sql,
    filesChanged: Number(between.get('changed-count')?.[0] ?? 0),
    notes: [...notesOn(facts), ...data.notes],
    found: data.found,
    current: Object.fromEntries(facts.hosts.map(({ facts: { host, head } }) => [host, head])),
    asFound,
    run: begun.run,
    appHosts: inputs.hosts.map(({ name }) => name),
  };
}

/** How everything is now, and what an undo goes back to: of a run that is taken up, what it found at first. */
async function askAsFound(inputs: Inputs, { hosts }: GitFacts, data: DataFacts, around: Surroundings): Promise<readonly AsFound[]> {
  const questions = hosts.flatMap(({ facts: { host, role, recorded } }) => {
    const database = role.database ? dataAsFound(inputs, data, recorded.database) : undefined;
    return [
      { recorded: recorded.checkout, question: { host, what: 'the checkout', script: checkoutAsFound(inputs, role) } },
      ...(database === undefined ? [] : [{ recorded: recorded.database, question: { host, what: 'the database', script: database, needsDatabase: true as const } }]),
    ];
  });
  return eachAtMost(inputs.parallel, questions, async ({ recorded, question }) => {
    const seen = await answerTo(question, around.hosts, inputs.databaseUrl);
    return { ...question, seen, answer: recorded.length > 0 ? recorded : seen };
  });
}

function close(inputs: Inputs, assessed: Assessed, host: string, ended: EndedRun, material: 'drop' | 'keep' | 'leave'): ReturnType<Method['close']> {
  const { appDir, virtualenv, environment } = inputs;
  const put = material === 'leave' ? '' : closeFound(material === 'keep' ? { keepAs: ended.run } : {});
  const packages = material !== 'drop' || virtualenv === undefined ? '' : dropKeptPackages(virtualenv, assessed.run);
  const data = material === 'drop' && rolesOf(inputs).get(host)?.database === true ? closeData(inputs, assessed.run) : '';
  const script = `${repository(appDir)}${recordEnd(environment, { ...ended, app: appDir })}${packages}${put}${data}`;
  return data === '' ? { script } : { script, needsDatabase: true };
}

/** What is worth knowing, each once, with the hosts that it is true of. */
function notesOn({ hosts }: GitFacts): readonly string[] {
  const notes = hosts.flatMap(({ facts, toFetch }) => [
    ...noteHost(facts),
    ...(toFetch ? ['the target is not in the checkout and is fetched from its remote.'] : []),
    ...(facts.dirty.length > 0 ? [`the checkout has local changes (${facts.dirty.length} ${facts.dirty.length === 1 ? 'file' : 'files'}); they are kept in a ref and a patch.`] : []),
  ].map((note) => ({ host: facts.host, note })));
  return [...Map.groupBy(notes, ({ note }) => note)].map(([note, on]) => `${on.map(({ host }) => host).join(', ')}: ${note}`);
}

function releaseOf(sha: string, between: Facts): Release {
  return { sha, names: between.get(`tag-${sha}`) ?? [], subject: between.get(`subject-${sha}`)?.[0] ?? '' };
}

/** A line of the fact `commit` of `difference`. */
function commitOf(line: string): Commit {
  const [sha = '', time = '', author = '', ...subject] = line.split('␟');
  return { sha, time, author, subject: subject.join(' ') };
}
