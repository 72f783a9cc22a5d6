/**
 * Whose rules a builder followed that printed no release. The steps run once, by the rules of the nearest version; what they
 * left is emitted by the rules of its neighbours in turn, and the digests that the published file carries choose. Nothing else
 * of that file is looked at, and one answer holds for all packages of a build.
 */
import { type Sha256, sha256 } from '../digest.ts';
import type { EmittedPackage, SectionDigests } from '../emit/package.ts';
import type { Machine, OtherEmission, Rebuilt } from '../engine/engine.ts';
import { Failure } from '../failure.ts';
import { neighbouringVersions } from '../melange/releases.ts';
import type { Version } from '../melange/version.ts';
import type { Plan } from '../plan/plan.ts';
import type { Prepared } from './prepare.ts';
import type { Target } from './target.ts';
import { transplant } from './transplant.ts';

export interface DecidedVersion {
  readonly prepared: Prepared;
  readonly rebuilt: Rebuilt;
}

/**
 * The plans and packages of the version that fits best, the nearest of several. Where none gives a published data section, and
 * where an engine cannot emit otherwise, those that were given.
 */
export async function decideVersion(
  targets: readonly Target[],
  prepared: Prepared,
  rebuilt: Rebuilt,
  { signal }: Pick<Machine, 'signal'>,
): Promise<DecidedVersion> {
  const { melange } = targets[0]!.claim.traits;
  const { otherwise } = rebuilt;
  if (melange.basis === 'release' || otherwise === undefined) return { prepared, rebuilt };
  const tried: Version[] = [];
  let best: Attempt | undefined;
  for (const version of neighbouringVersions(melange)) {
    if (signal.aborted) throw new Failure('cancelled', 'the search for the version was cancelled');
    const emitted =
      best === undefined
        ? { plans: prepared.plans, digests: rebuilt.packages.map(digestsOf) }
        : await emitUnder(prepared.planUnder({ version, basis: 'by-bytes' }, []), otherwise);
    tried.push(version);
    const fit = await fitOf(targets, emitted);
    if (best === undefined || isBetter(fit, best.fit)) best = { version, fit };
    if (fit.every((one) => one === wholeFile)) break;
  }
  const { version } = best!;
  if (version === tried[0])
    return { prepared: { ...prepared, plans: prepared.planUnder(melange, tried) }, rebuilt };
  const plans = prepared.planUnder({ version, basis: 'by-bytes' }, tried);
  return { prepared: { ...prepared, plans }, rebuilt: await otherwise.emit(plans) };
}

interface Attempt {
  readonly version: Version;
  readonly fit: readonly Fit[];
}

/** How much of a package comes out as published: nothing, its data section, that and its control section, the whole file. */
type Fit = 0 | 1 | 2 | 3;
const wholeFile: Fit = 3;

interface Emitted {
  readonly plans: readonly Plan[];
  readonly digests: readonly (SectionDigests | Failure)[];
}

async function emitUnder(plans: readonly Plan[], { digests }: OtherEmission): Promise<Emitted> {
  const found: (SectionDigests | Failure)[] = [];
  for (const plan of plans) found.push(await digests(plan));
  return { plans, digests: found };
}

function digestsOf(emitted: EmittedPackage | Failure): SectionDigests | Failure {
  if (emitted instanceof Failure) return emitted;
  return { data: emitted.data.sha256, control: async () => sha256(emitted.control) };
}

async function fitOf(targets: readonly Target[], { plans, digests }: Emitted): Promise<readonly Fit[]> {
  return Promise.all(targets.map((target, index) => fitOfPackage(target, plans[index]!, digests[index]!)));
}

async function fitOfPackage({ apk }: Target, plan: Plan, digests: SectionDigests | Failure): Promise<Fit> {
  if (digests instanceof Failure || digests.data !== apk.data.sha256) return 0;
  if ((await controlDigest(digests)) !== apk.control.sha256) return 1;
  return apk.signature === undefined || signatureDigest(apk.signature, plan) === apk.signature.sha256
    ? wholeFile
    : 2;
}

async function controlDigest(digests: SectionDigests): Promise<Sha256 | undefined> {
  try {
    return await digests.control();
  } catch (failure) {
    if (failure instanceof Failure && failure.class !== 'internal') return undefined;
    throw failure;
  }
}

function signatureDigest(
  { signatures }: NonNullable<Target['apk']['signature']>,
  plan: Plan,
): Sha256 | undefined {
  const [signature] = signatures;
  return signature && sha256(transplant(signature, plan));
}

/** More data sections as published; where they are as many more control sections; then more files. */
function isBetter(fit: readonly Fit[], than: readonly Fit[]): boolean {
  const counts = (fits: readonly Fit[]) =>
    [1, 2, wholeFile].map((level) => fits.filter((one) => one >= level).length);
  const before = counts(than);
  const difference = counts(fit).map((count, index) => count - before[index]!);
  return (difference.find((each) => each !== 0) ?? 0) > 0;
}
