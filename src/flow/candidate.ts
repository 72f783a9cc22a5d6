/** One package on its way through the flow: as a candidate that can be built, once it was built, and once it was judged. */
import type { RebuildRequest, RebuiltPackage } from '../engine/engine.ts';
import { type Emulation, emulationOf, type Processor } from '../execute/processor/processor.ts';
import type { StepObserver } from '../execute/run-steps.ts';
import { Failure } from '../failure.ts';
import type { PackageName } from '../names.ts';
import type { PackageResult } from '../verdict/result.ts';
import type { Prepared } from './prepare.ts';
import type { OpenedRepositories } from './repositories.ts';
import type { Run, Watch } from './run.ts';
import type { Target } from './target.ts';

/** A package that can be built, and how. */
export interface Candidate {
  readonly target: Target;
  readonly prepared: Prepared;
  /** The repositories of its run, for its architecture. */
  readonly opened: OpenedRepositories;
  readonly run: Run;
  /** What runs its programs here, or why nothing does: then it can be planned, but not built. */
  readonly processor: Processor | Failure;
}

export interface Built {
  readonly candidate: Candidate;
  readonly rebuilt: RebuiltPackage;
}

export interface Judged extends Built {
  readonly result: PackageResult;
}

/** The request for one build that several candidates share. Fails where nothing runs their programs. */
export function rebuildRequest(
  [first, ...others]: readonly [Candidate, ...Candidate[]],
  observer: StepObserver,
): RebuildRequest {
  const { inputs, plan } = first.prepared;
  const { processor } = first;
  if (processor instanceof Failure) throw processor;
  const { recipe, guest, sources, sourceFiles, network } = inputs;
  const { machine, places, builds } = first.run;
  return {
    recipe,
    plans: [plan, ...others.map(({ prepared }) => prepared.plan)],
    guest,
    sources,
    sourceFiles,
    machine,
    processor,
    observer,
    variation: undefined,
    keptScans: places.keptScans,
    keepScansIn: builds.keepScansIn,
    network,
  };
}

/** What emulates the programs of a candidate; undefined where nothing does. */
export function emulationOfCandidate({ processor }: Candidate): Emulation | undefined {
  return processor instanceof Failure ? undefined : emulationOf(processor);
}

/** What isolates the steps of a candidate: nothing is said where a melange does it in its own way. */
export function isolationOf({ run: { builds, machine } }: Candidate): Pick<PackageResult, 'sandbox'> {
  return builds.engine.name === 'melange' ? {} : { sandbox: machine.sandbox };
}

/** Reports what the steps of a build do to the watcher of the run. */
export function observeSteps(subject: PackageName, { onProgress }: Watch): StepObserver {
  return {
    unpack: (done, of) => onProgress({ kind: 'unpack', subject, done, of }),
    begin: ({ package: name, position, label }) =>
      onProgress({ kind: 'step', subject, package: name, position, label }),
    output: ({ position }, bytes) => onProgress({ kind: 'output', subject, position, bytes }),
    end: () => undefined,
  };
}
