/** The engine of this project: its own build and its own emitter. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sha256 } from '../digest.ts';
import { namesFromAccounts, parseOsRelease } from '../emit/owner-names.ts';
import type { Counterfactual, EmitInput, EmittedPackage, SectionDigests } from '../emit/package.ts';
import { cpeText } from '../emit/recipe-cpe.ts';
import { LicenceFileMissing } from '../emit/sbom/licence-file-missing.ts';
import type { Substitution } from '../emit/substitution.ts';
import { type Built, build } from '../execute/build.ts';
import { type BuildFacts, factsOfBuild, secondsNow } from '../execute/facts.ts';
import { makeRunDirectory, removeFew, removeTree, sweepRunDirectories } from '../execute/run-directory.ts';
import type { SandboxNetwork } from '../execute/sandbox/sandbox.ts';
import { memoryFolder } from '../execute/variation.ts';
import { Failure, failureOfPackage, isFaultOfFile } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import type { Conversation, Gateway } from '../gateway/gateway.ts';
import {
  emissionFormat,
  type Plan,
  planIdentity,
  sharedPlan,
  stepFormat,
  withTranscript,
} from '../plan/plan.ts';
import { transcriptDigest } from '../transcript/transcript.ts';
import type { Engine, RebuildRequest, Rebuilt, RebuiltPackage } from './engine.ts';
import type { Guest } from './host-guest.ts';
import { type PreparedGuest, prepareGuest } from './prepared-guest.ts';
import type { ScanOutcome, Scans } from './scans.ts';

export const builtinEngine: Engine = { name: 'builtin', rebuild };

/** Builds once and emits every planned package. */
async function rebuild(request: RebuildRequest): Promise<Rebuilt> {
  const opened = await openBuild(request);
  try {
    const packages: RebuiltPackage[] = [];
    for (const plan of request.plans) packages.push(await rebuiltPackage(opened, plan, request));
    return { packages, dispose: opened.dispose };
  } catch (failure) {
    await opened.dispose();
    throw failure;
  }
}

async function rebuiltPackage(
  opened: OpenBuild,
  given: Plan,
  request: RebuildRequest,
): Promise<RebuiltPackage> {
  const { conversation } = opened;
  const plan =
    conversation === undefined ? given : withTranscript(given, transcriptDigest(conversation.transcript));
  return {
    plan,
    ...(await emission(opened, plan, request)),
    caveats: opened.caveats,
    facts: opened.facts,
    conversation,
    reemit: (substitutions) => opened.reemit(plan, substitutions),
    otherwise: { digests: opened.digests, emit: (other) => rebuiltPackage(opened, other, request) },
  };
}

/** One package emitted. Whatever fails here concerns this package alone. */
async function emission(
  opened: OpenBuild,
  plan: Plan,
  { machine }: RebuildRequest,
): Promise<Pick<RebuiltPackage, 'outcome' | 'scan'>> {
  try {
    const outcome = await opened.emit(plan);
    return { outcome, scan: await opened.scanOutcome(plan) };
  } catch (thrown) {
    return { outcome: failureOfPackage(thrown, machine.signal), scan: undefined };
  }
}

/** A build that has run: packages can be emitted from what its steps left, as often as asked. */
export interface OpenBuild {
  /** Equal plans are emitted once. A package that cannot be emitted is a failure as a value. */
  emit(plan: Plan): Promise<EmittedPackage | Failure>;
  /** The digests of what a plan would give; each data section is compressed once. */
  digests(plan: Plan): Promise<SectionDigests | Failure>;
  reemit(plan: Plan, substitutions: readonly Substitution[]): Promise<Counterfactual | Failure>;
  /** How the scans of a package went; undefined where there were none. */
  scanOutcome(plan: Plan): Promise<ScanOutcome | undefined>;
  readonly facts: BuildFacts;
  /** What the steps asked of the network; undefined where there was no gateway. */
  readonly conversation: Conversation | undefined;
  readonly caveats: readonly string[];
  /** Removes what the steps left and what was emitted. */
  dispose(): Promise<void>;
}

/** Runs the steps of a request and leaves the emission to the caller, who must dispose of the build. */
export async function openBuild(request: RebuildRequest): Promise<OpenBuild> {
  const { machine } = request;
  const runs = request.variation?.inMemory === true ? memoryFolder : ownFolder(join(machine.cache, 'runs'));
  await sweepRunDirectories(runs, machine.ids);
  const directory = await makeRunDirectory(runs);
  const work = join(directory, 'build');
  try {
    const guest = await prepareGuest(request, directory);
    const began = secondsNow();
    // The emitter is loaded while the steps run.
    const [{ built, conversation }, emitter] = await Promise.all([
      runBuild(request, guest, work),
      import('../emit/package.ts'),
    ]);
    // What the steps left was read into a file that stays open, so its name can be removed with the rest.
    const cleared = removeFew(work, machine.ids);
    const facts = factsOfBuild(began, machine.sandbox, request.processor, request.variation?.hostname);
    const emitted = new Map<string, EmittedPackage | Failure>();
    const compressed = new Map<string, Sha256>();
    let disposed = false;
    let emissions = 0;
    const scans = await scansOf(request, built, directory);
    const emission = (plan: Plan) => {
      emissions += 1;
      return emitInput(request, plan, built, guest, scans, join(directory, `${emissions}.data`));
    };
    return {
      caveats: built.caveats,
      facts,
      conversation,
      async emit(plan) {
        const identity = planIdentity(plan);
        const known =
          emitted.get(identity) ?? (await emit(request, () => emitter.emitPackage(emission(plan))));
        emitted.set(identity, known);
        return known;
      },
      digests: (plan) => emit(request, () => emitter.emitDigests(emission(plan), compressed)),
      scanOutcome: async (plan) => scans?.outcome(plan),
      reemit: (plan, substitutions) =>
        emit(request, () => emitter.emitCounterfactual(emission(plan), substitutions)),
      async dispose() {
        if (disposed) return;
        disposed = true;
        built.close();
        await cleared;
        await removeFew(directory, machine.ids);
      },
    };
  } catch (failure) {
    await removeTree(directory, machine.ids);
    throw failure;
  }
}

interface BuildEnd {
  readonly built: Built;
  readonly conversation: Conversation | undefined;
}

async function runBuild(request: RebuildRequest, guest: Guest, directory: string): Promise<BuildEnd> {
  const gateway = await gatewayOf(request);
  const network = request.network.kind === 'host' ? 'host' : gateway;
  const end = async () => {
    const conversation = await gateway?.end();
    if (conversation !== undefined) request.onConversation?.(conversation);
    return conversation;
  };
  try {
    const built = await runSteps(request, guest, directory, network);
    return { built, conversation: await end() };
  } catch (failure) {
    await end();
    throw failure;
  }
}

/** Loaded where steps fetch: most recipes do not. */
async function gatewayOf({ network, machine }: RebuildRequest): Promise<Gateway | undefined> {
  if (network.kind === 'none' || network.kind === 'host') return undefined;
  const { openGateway } = await import('../gateway/gateway.ts');
  const transcript = network.kind === 'replay' ? network.transcript : undefined;
  const asOf = network.kind === 'record' ? network.asOf : undefined;
  return openGateway({ transcript, inputs: machine.inputs, ports: network.ports, asOf });
}

async function runSteps(
  request: RebuildRequest,
  guest: Guest,
  directory: string,
  network: SandboxNetwork | undefined,
): Promise<Built> {
  const plan = sharedPlan(request.plans);
  const { machine, recipe } = request;
  mkdirSync(directory);
  try {
    return await build({
      recipe,
      format: stepFormat(plan),
      architecture: plan.package.architecture,
      namespace: plan.builder.namespace,
      cpe: cpeText(recipe),
      sourceDateEpoch: plan.builder.clock ?? 0,
      guest,
      sources: request.sources,
      sourceFiles: request.sourceFiles,
      directory,
      sandbox: machine.sandbox,
      ids: machine.ids,
      processor: request.processor,
      limits: machine.limits[request.processor.kind],
      signal: machine.signal,
      observer: request.observer,
      network,
      variation: request.variation,
    });
  } catch (failure) {
    if (machine.signal.aborted) throw new Failure('cancelled', 'the build was cancelled', { cause: failure });
    throw failure;
  }
}

function emitInput(
  request: RebuildRequest,
  plan: Plan,
  built: Built,
  guest: PreparedGuest,
  scans: Scans | undefined,
  dataFile: string,
): EmitInput {
  const substituted = plan.builder.fromPublished;
  const names =
    guest.accounts === undefined
      ? { users: new Map(substituted?.users), groups: new Map(substituted?.groups) }
      : namesFromAccounts(guest.accounts.passwd, guest.accounts.group);
  const osRelease =
    guest.accounts === undefined
      ? (substituted?.osRelease ?? undefined)
      : parseOsRelease(guest.accounts.osRelease);
  return {
    plan,
    recipe: request.recipe,
    format: emissionFormat(plan),
    trees: built.trees,
    names,
    osRelease,
    licenseTexts: built.licenseTexts,
    ...(scans === undefined || plan.builder.scan === null ? {} : { scan: (tree) => scans.find(plan, tree) }),
    dataFile,
    threads: request.machine.threads,
  };
}

/** The scans of a build; only production's builder scans what it built. */
async function scansOf(request: RebuildRequest, built: Built, directory: string): Promise<Scans | undefined> {
  if (request.plans.every(({ builder }) => builder.scan === null)) return undefined;
  return (await import('./build-scans.ts')).openBuildScans(request, built, directory);
}

async function emit<T>(request: RebuildRequest, emission: () => Promise<T>): Promise<T | Failure> {
  try {
    return await emission();
  } catch (thrown) {
    return emissionFailure(failureOfPackage(thrown, request.machine.signal), request);
  }
}

/**
 * A failure of our own build never counts against the published file. And where only the folder beside the recipe can bring a licence file, the file is missing because that folder was not given.
 */
function emissionFailure(failure: Failure, { sourceFiles }: RebuildRequest): Failure {
  const isOfOutput: boolean = isFaultOfFile(failure);
  if (isOfOutput)
    return new Failure('unsupported', `what was built cannot be a package: ${failure.message}`, {
      cause: failure,
    });
  if (!(failure instanceof LicenceFileMissing) || sourceFiles !== undefined) return failure;
  return new Failure('recipe-files-unavailable', 'the recipe names a licence file that no step made', {
    expected: failure.path,
    hint: 'give the folder that lay beside the recipe with --source-dir DIR',
    cause: failure,
  });
}
