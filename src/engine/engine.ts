/** What rebuilds: the plan and its inputs go in, packages as bytes come out. */

import type { Recipe } from '../claim/recipe/recipe.ts';
import type { Sha256 } from '../digest.ts';
import type { Counterfactual, EmittedPackage, SectionDigests } from '../emit/package.ts';
import type { KeptScan } from '../emit/sbom/production/kept-scan.ts';
import type { Substitution } from '../emit/substitution.ts';
import type { BuildFacts } from '../execute/facts.ts';
import { failureUnder, type Processor } from '../execute/processor/processor.ts';
import type { StepObserver } from '../execute/run-steps.ts';
import type { IdMap } from '../execute/sandbox/id-map.ts';
import type { MachineLimits, SandboxKind } from '../execute/sandbox/sandbox.ts';
import type { Variation } from '../execute/variation.ts';
import type { SourceFile } from '../execute/workspace.ts';
import { Failure } from '../failure.ts';
import type { Conversation } from '../gateway/gateway.ts';
import type { FoundSource } from '../inputs/found-sources.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { ResolvedPackage } from '../plan/environment.ts';
import type { Plan } from '../plan/plan.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { EngineName } from './engine-names.ts';
import type { ScanOutcome } from './scans.ts';

/** How the guest is made: from the locked packages, or from a substitute that the user named. */
export type GuestRequest =
  | { readonly kind: 'recorded'; readonly packages: readonly ResolvedPackage[] }
  | { readonly kind: 'host' }
  | { readonly kind: 'directory'; readonly path: string }
  /** An image that was unpacked. */
  | { readonly kind: 'image'; readonly path: string; readonly manifest: Sha256 };

/** What the steps reach: nothing, the machine's network, or a gateway that records or replays what they fetch. */
export type NetworkRequest =
  | { readonly kind: 'none' }
  | { readonly kind: 'host' }
  | {
      readonly kind: 'record';
      readonly ports: readonly number[];
      /** Lists of registries are recorded as of this time, in seconds since 1970. */
      readonly asOf: number | undefined;
    }
  | {
      readonly kind: 'replay';
      readonly ports: readonly number[];
      readonly transcript: Transcript;
      readonly digest: Sha256;
    };

/** One build with the plans of all packages that it serves. */
export interface RebuildRequest {
  readonly recipe: Recipe;
  readonly plans: readonly Plan[];
  readonly guest: GuestRequest;
  readonly sources: readonly FoundSource[];
  readonly sourceFiles: { readonly directory: string; readonly files: readonly SourceFile[] } | undefined;
  readonly machine: Machine;
  /** What runs the programs of the guest. */
  readonly processor: Processor;
  readonly observer: StepObserver;
  /** What is changed about the guest on purpose; only the builtin engine can. */
  readonly variation: Variation | undefined;
  /** Scans that were made elsewhere; those that the plans name are among them. */
  readonly keptScans: readonly KeptScan[];
  /** A folder for what each syft lists of what was built; undefined where nothing is kept. */
  readonly keepScansIn: string | undefined;
  readonly network: NetworkRequest;
  /** Called once, where there was a gateway, when the steps are over, however they ended: a build that failed gives nothing else. */
  readonly onConversation?: (conversation: Conversation) => void;
}

/** The parts of this machine that a rebuild may use. */
export interface Machine {
  /** Folder for everything that can be thrown away. */
  readonly cache: string;
  readonly sandbox: SandboxKind;
  readonly ids: IdMap;
  readonly limits: MachineLimits;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly inputs: Inputs;
  /** The path of each syft that may scan rebuilt trees as production's builder does; where there is none, nothing is scanned. */
  readonly syft: readonly string[];
  /** The path of an objdump that shows instructions which differ; bytes are shown where it is undefined. */
  readonly objdump?: string | undefined;
}

/** One package of a build: what one plan made of it, and what else can be made of what the steps left. */
export interface RebuiltPackage {
  /** The plan by which it was emitted. */
  readonly plan: Plan;
  /** The package, or why there is none. */
  readonly outcome: EmittedPackage | Failure;
  /** How the scans went; undefined where there were none. */
  readonly scan: ScanOutcome | undefined;
  /** What the sandbox did not isolate, and what else weakens the rebuild. */
  readonly caveats: readonly string[];
  /** The facts of the guest; undefined where another program ran it. */
  readonly facts: BuildFacts | undefined;
  /** What the steps asked of the network; undefined where there was no gateway. */
  readonly conversation?: Conversation | undefined;
  /**
   * Emits it again with published values in it, for the counterfactual, after the comparison. The caller disposes of that before
   * the build. Undefined where another program emits.
   */
  readonly reemit:
    | ((substitutions: readonly Substitution[]) => Promise<Counterfactual | Failure>)
    | undefined;
  /** Emission by plans that differ from its own in the builder alone; undefined where another program emits. */
  readonly otherwise: OtherEmission | undefined;
}

export interface OtherEmission {
  /** The digests of what the plan would give; the emitted files are not kept. */
  digests(plan: Plan): Promise<SectionDigests | Failure>;
  emit(plan: Plan): Promise<RebuiltPackage>;
}

export interface Rebuilt {
  /** One for each plan of the request, in its order; one that cannot be emitted is a failure of its own. */
  readonly packages: readonly RebuiltPackage[];
  /** Removes the files behind the packages. */
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: EngineName;
  rebuild(request: RebuildRequest): Promise<Rebuilt>;
}

/** Rebuilds, hands the packages over, and removes what is behind them once they were used. */
export async function withRebuilt<V>(
  engine: Engine,
  request: RebuildRequest,
  use: (packages: readonly RebuiltPackage[]) => Promise<V>,
): Promise<V> {
  const { processor } = request;
  const rebuilt = await rebuildUnder(processor, engine, request);
  try {
    return await use(rebuilt.packages.map((each) => packageUnder(processor, each)));
  } finally {
    await rebuilt.dispose();
  }
}

async function rebuildUnder(processor: Processor, engine: Engine, request: RebuildRequest): Promise<Rebuilt> {
  try {
    return await engine.rebuild(request);
  } catch (thrown) {
    throw thrown instanceof Failure ? failureUnder(processor, thrown) : thrown;
  }
}

/** What became of a package and of other emissions of it, as far as it can be said of programs that were emulated. */
function packageUnder(processor: Processor, built: RebuiltPackage): RebuiltPackage {
  const { outcome, otherwise } = built;
  return {
    ...built,
    // Of all that can be wrong with what was built, only this may be the emulator's doing.
    outcome:
      outcome instanceof Failure && outcome.code === 'output-missing'
        ? failureUnder(processor, outcome)
        : outcome,
    otherwise: otherwise && {
      ...otherwise,
      emit: async (plan) => packageUnder(processor, await otherwise.emit(plan)),
    },
  };
}
