/** What going to a release means on one host, as steps: the methods that move code put them into stages. Pure. */
import { matchesGlob } from 'node:path/posix';
import type { AsFound } from '../../as-found.ts';
import { checkout, checkoutBack, keepCheckout } from '../../commands/checkout.ts';
import { fetchCommit, repository } from '../../commands/git.ts';
import { install, keepPackages, packagesBack } from '../../commands/packages.ts';
import { quote } from '../../commands/quote.ts';
import { keepUnits, reload, restart, unitsBack } from '../../commands/systemd.ts';
import { writeBegunRun, type BegunRun } from '../../hosts/history.ts';
import type { Inputs } from '../../inputs.ts';
import type { Step } from '../../plan.ts';
import type { PageSteps } from '../database/maintenance.ts';
import type { GitFacts, TargetOnHost } from './assess.ts';

const second = 1000;
const minute = 60 * second;

/** What the other parts of the plan need to know of the run. */
export type PlanContext = {
  /** sh that exports the application's environment. */
  readonly environment: string;
  readonly begun: BegunRun;
  readonly asFound: readonly AsFound[];
  /** What load balancers show while the application is stopped. */
  readonly page?: PageSteps;
};

/** What is done on one host, for the stages of a plan. */
export type Parts = { readonly fetch: Step; readonly keep: Step; readonly switch: readonly Step[]; readonly reload: readonly Step[] };

/** The dependency files that going to the target changes on this host; all of them count when the target is not there to compare. */
export function changedDependencies(inputs: Inputs, { changed }: TargetOnHost): readonly string[] {
  if (changed === undefined) return inputs.installWhen;
  return changed.filter((path) => inputs.installWhen.some((pattern) => matchesGlob(path, pattern) || matchesGlob(path, `**/${pattern}`)));
}

export function partsOf(inputs: Inputs, facts: GitFacts, each: TargetOnHost, { environment, begun, asFound }: PlanContext): Parts {
  const { appDir, virtualenv, installCommand, services } = inputs;
  const { host, role } = each.facts;
  const target = facts.target.sha;
  const short = target.slice(0, 7);
  const repo = repository(appDir);
  const step = (id: string, title: string, script: string, rest: Partial<Step> = {}): Step => ({
    id, title, host, script, limit: 2 * minute, failure: { code: 'step-failed', fix: `Look at ${appDir} on ${host}.` }, ...rest,
  });
  const installs = installCommand !== undefined && changedDependencies(inputs, each).length > 0;
  const installScript = install({ appDir, command: installCommand ?? '', environment, path: virtualenv === undefined ? '' : `PATH=${quote(`${virtualenv}/bin`)}:$PATH; export PATH` });
  const units = role.app ? services : [];
  const reloads = role.app ? inputs.reload : [];
  return {
    fetch: step('fetch', `Fetch ${short}`, repo + fetchCommit(target), {
      failure: { code: 'no-such-commit', fix: `Check that \`git -C ${appDir} fetch origin ${target}\` works on ${host}.` },
    }),
    keep: step('keep', 'Write down what is found', repo + keepCheckout({ target, run: begun.run, runJson: writeBegunRun(begun), asFound: answersOn(host, asFound) }) + keepUnits(units), {
      undo: { title: 'Services on the found release', script: repo + unitsBack(reloads), limit: 3 * minute },
    }),
    switch: [
      ...(installs ? [step('packages', virtualenv === undefined ? 'Prepare to install' : 'Keep the virtualenv', virtualenv === undefined ? ':\n' : keepPackages(virtualenv, begun.run), {
        limit: 5 * minute,
        undo: virtualenv === undefined
          ? { title: 'Install the found release’s dependencies', script: installScript, limit: 10 * minute }
          : { title: 'Bring the virtualenv back', script: packagesBack(virtualenv, begun.run), limit: 2 * minute },
      })] : []),
      step('checkout', `Check out ${short}`, repo + checkout(target), {
        undo: { title: `Check out what was found (${each.facts.head.slice(0, 7)})`, script: repo + checkoutBack, limit: 2 * minute },
      }),
      ...(installs ? [step('install', 'Install dependencies', installScript, {
        limit: 10 * minute, failure: { code: 'step-failed', fix: `Run "install-command" by hand on ${host} to see what it lacks.` },
      })] : []),
      ...(units.length > 0 ? [step('restart', `Restart ${units.join(', ')}`, repo + restart(units), {
        limit: 3 * minute, failure: { code: 'target-unhealthy', fix: `\`journalctl -u ${units[0] ?? ''} -n 100\` on ${host} says why it does not stay up.` },
      })] : []),
    ],
    reload: reloads.map((unit, index) => step(`reload-${fileName(unit, index)}`, `Reload ${unit}`, reload(unit), {
      failure: { code: 'step-failed', fix: `\`systemctl status ${unit}\` and its error log on ${host} say why.` },
    })),
  };
}

/** A unit's name as part of a job's id, which has no capitals, `@`, `_`, `:` or backslashes. */
function fileName(unit: string, index: number): string {
  const plain = unit.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
  return plain === unit ? unit : `${plain}-${index + 1}`;
}

function answersOn(host: string, asFound: readonly AsFound[]): Readonly<Record<string, readonly string[]>> {
  const answered = asFound.flatMap((question) => (question.host === host && question.answer !== undefined ? [[question.needsDatabase ? 'database' : 'checkout', question.answer] as const] : []));
  return Object.fromEntries(answered);
}
