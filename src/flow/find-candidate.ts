/** Turns what the user asks about into a package that can be built: opened, examined, planned as if it were alone. No other code does this. */
import { join } from 'node:path';
import type { Machine } from '../engine/engine.ts';
import { type Processors, processorHost, processorsOf } from '../execute/processor/host.ts';
import { Failure, failureOfPackage } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import type { Candidate } from './candidate.ts';
import { type Planner, packagePlanner } from './prepare.ts';
import type { Run } from './run.ts';
import type { RunOptions, Stage } from './run-options.ts';
import { examineSubject, type OpenRun, runOpener, unexamined } from './subject.ts';
import type { Examined } from './target.ts';

/** A subject that cannot be built: what was examined of it, and why not. */
export interface NoCandidate {
  readonly examined: Examined;
  readonly failure: Failure;
}

/** What candidates are found for: only what is built must be able to run here. */
export type Purpose = 'build' | 'plan';

/** Finds the candidates of one command line, which share what is opened and nothing else. Fails only with `usage`. */
export function candidateFinder(
  given: RunOptions,
  purpose: Purpose,
): (subject: string, place?: number) => Promise<Candidate | NoCandidate> {
  const open = runOpener(given);
  const processors = machineProcessors(given.machine);
  const prepare = purpose === 'build' ? afterTrial(given.machine) : (run: Run) => run;
  const planners = new Map<OpenRun, { readonly run: Run; readonly plan: Planner }>();
  const plannerOf = (opened: OpenRun) => {
    const known = planners.get(opened);
    if (known !== undefined) return known;
    const run = prepare(opened.run);
    const planner = { run, plan: packagePlanner(run) };
    planners.set(opened, planner);
    return planner;
  };
  return async (subject, place = 0) => {
    const stage = (name: string, what: Stage) =>
      given.onProgress({ kind: 'stage', subject: name, stage: what, places: [place] });
    let examined: Examined | undefined;
    try {
      stage(subject, 'read');
      const opening = await open(subject);
      examined = await examineSubject(subject, opening);
      if (examined.failure !== undefined) return { examined, failure: examined.failure };
      const { recipe, recipeSha256, recipeBytes } = examined.claim;
      given.onProgress({ kind: 'recipe', sha256: recipeSha256, bytes: recipeBytes });
      stage(recipe.package.name, 'plan');
      const processor = await processors(examined.claim.architecture);
      if (purpose === 'build' && processor instanceof Failure) throw processor;
      const opened = await opening.repositories(examined.claim.architecture);
      const { run, plan } = plannerOf(opening);
      const prepared = await plan(examined, opened);
      stage(examined.claim.recipe.package.name, 'wait');
      return { target: examined, prepared, opened, run, processor };
    } catch (thrown) {
      const failure = failureOfPackage(thrown, given.machine.signal);
      return { examined: examined ?? unexamined(subject, failure), failure };
    }
  };
}

export function isCandidate(found: Candidate | NoCandidate): found is Candidate {
  return 'prepared' in found;
}

/** Finds one candidate. Fails with the reason why it cannot be built. */
export async function requireCandidate(
  subject: string,
  given: RunOptions,
  purpose: Purpose,
): Promise<Candidate> {
  const found = await candidateFinder(given, purpose)(given.machine.inputs.name(subject));
  if (isCandidate(found)) return found;
  throw found.failure;
}

/**
 * Runs that fetch nothing for a build where no step could be begun. The sandbox is tried once, and only where something has to be fetched; what can be said of a
 * package without that is said first.
 */
function afterTrial({ cache, ids, sandbox, signal, inputs }: Machine): (run: Run) => Run {
  let trial: Promise<void> | undefined;
  const runs = () => ownFolder(join(cache, 'runs'));
  const attempt = async () => {
    const { requireSandbox } = await import('../execute/sandbox-trial.ts');
    return requireSandbox(sandbox, { runs, ids, signal });
  };
  const guarded = inputs.after(() => {
    trial ??= attempt();
    return trial;
  });
  return (run) => ({ ...run, machine: { ...run.machine, inputs: guarded } });
}

function machineProcessors({ cache, ids, sandbox }: Machine): Processors {
  return processorsOf(
    sandbox,
    processorHost(() => ownFolder(join(cache, 'runs')), ids),
  );
}
