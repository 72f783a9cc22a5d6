/**
 * What the digests of a published package decide about its builder: the version whose rules it followed, where it printed no release, and the
 * encoder, where what was read of the data section leaves several. The steps run once, by the rules of the nearest version; what they left is emitted by
 * the rules of its neighbours in turn, and the digests that the published file carries decide. Nothing else of that file is looked at, and no other
 * file has a say.
 */
import { gunzipSync } from 'node:zlib';
import { type Sha256, sha256 } from '../digest.ts';
import type { EmittedPackage, SectionDigests } from '../emit/package.ts';
import type { OtherEmission } from '../engine/engine.ts';
import { Failure } from '../failure.ts';
import type { DeflateEncoder } from '../melange/deflate-encoder.ts';
import { neighbouringVersions } from '../melange/releases.ts';
import type { Version } from '../melange/version.ts';
import { type Plan, withEncoder, withNetworkOf } from '../plan/plan.ts';
import type { Built } from './candidate.ts';
import type { Target } from './target.ts';
import { transplant } from './transplant.ts';

/**
 * The package under the version and the encoder that fit best, the nearest of several. Where none gives the published data section, and where an engine
 * cannot emit by different rules, it stays as it was emitted.
 */
export async function decideBuilder({ candidate, rebuilt }: Built): Promise<Built> {
  const { target, prepared, run } = candidate;
  const { melange } = target.claim.traits;
  const { otherwise } = rebuilt;
  const released = melange.basis === 'release';
  if (otherwise === undefined || (released && rebuilt.outcome instanceof Failure))
    return { candidate, rebuilt };
  const planOf = (version: Version, tried: readonly Version[]): Plan =>
    withNetworkOf(
      rebuilt.plan,
      prepared.planUnder(version === tried[0] ? melange : { version, basis: 'by-bytes' }, tried),
    );
  const tried: Version[] = [];
  let best: (Fitting & { readonly version: Version }) | undefined;
  for (const version of neighbouringVersions(melange)) {
    if (run.machine.signal.aborted)
      throw new Failure('cancelled', 'the search for the builder was cancelled');
    const plan = best === undefined ? rebuilt.plan : planOf(version, []);
    const outcome = best === undefined ? rebuilt.outcome : undefined;
    tried.push(version);
    const fitting = await fitUnder(plan, outcome, { target, otherwise, others: prepared.otherEncoders });
    if (best === undefined || fitting.fit > best.fit) best = { ...fitting, version };
    if (fitting.fit === wholeFile) break;
  }
  const { version, plan } = best!;
  const listed = released ? plan : withEncoder(planOf(version, tried), plan.builder.deflate);
  return plan === rebuilt.plan
    ? { candidate, rebuilt: { ...rebuilt, plan: listed } }
    : { candidate, rebuilt: await otherwise.emit(listed) };
}

/** How much of a package is as published: nothing, its data section, data and control section, the whole file. */
type Fit = 0 | 1 | 2 | 3;
const wholeFile: Fit = 3;

interface Fitting {
  readonly plan: Plan;
  readonly fit: Fit;
}

interface Search {
  readonly target: Target;
  readonly otherwise: OtherEmission;
  /** The encoders that a plan may have instead of its own. */
  others(plan: Plan): readonly DeflateEncoder[];
}

/**
 * The encoder under which a plan fits best. Others are tried only where an archive is the published one and its compressed form is not.
 * @param outcome what the plan gave; undefined where it was not emitted
 */
async function fitUnder(
  plan: Plan,
  outcome: EmittedPackage | Failure | undefined,
  { target, otherwise, others }: Search,
): Promise<Fitting> {
  const digests =
    outcome === undefined ? await otherwise.digests(plan) : digestsOf(outcome, plan, { target, otherwise });
  let best: Fitting = { plan, fit: await fitOfPackage(target, plan, digests) };
  if (!(await isCompressedDifferently(target, best.fit, digests))) return best;
  for (const encoder of others(plan)) {
    const other = withEncoder(plan, encoder);
    const fit = await fitOfPackage(target, other, await otherwise.digests(other));
    if (fit > best.fit) best = { plan: other, fit };
    if (fit === wholeFile) break;
  }
  return best;
}

/** The digests of what was emitted by a plan; its archive was not kept, and is laid out again where its digest is needed. */
function digestsOf(
  emitted: EmittedPackage | Failure,
  plan: Plan,
  { target: { apk }, otherwise }: Pick<Search, 'target' | 'otherwise'>,
): SectionDigests | Failure {
  if (emitted instanceof Failure) return emitted;
  return {
    async archive() {
      if (emitted.data.sha256 === apk.data.sha256) return apk.data.tarSha256;
      const digests = await otherwise.digests(plan);
      if (digests instanceof Failure) throw digests;
      return digests.archive();
    },
    data: async () => emitted.data.sha256,
    control: async () => emitted.control,
  };
}

async function fitOfPackage({ apk }: Target, plan: Plan, digests: SectionDigests | Failure): Promise<Fit> {
  requireUsable(digests);
  if (digests instanceof Failure || (await digests.archive()) !== apk.data.tarSha256) return 0;
  if ((await digests.data()) !== apk.data.sha256) return 0;
  const control = await controlOf(digests);
  if (control === undefined || sha256(control) !== apk.control.sha256) return 1;
  return apk.signature === undefined || signatureDigest(apk.signature, plan) === apk.signature.sha256
    ? wholeFile
    : 2;
}

/** Whether the first section that is not as published has the published archive. */
async function isCompressedDifferently(
  { apk }: Target,
  fit: Fit,
  digests: SectionDigests | Failure,
): Promise<boolean> {
  if (digests instanceof Failure) return false;
  if (fit === 0) return (await digests.archive()) === apk.data.tarSha256;
  if (fit !== 1) return false;
  const control = await controlOf(digests);
  return control !== undefined && sha256(gunzipSync(control)) === apk.control.tarSha256;
}

/** A defect and the end of the run are not about a package. */
function requireUsable(digests: SectionDigests | Failure): void {
  if (digests instanceof Failure && (digests.class === 'internal' || digests.code === 'cancelled'))
    throw digests;
}

async function controlOf(digests: SectionDigests): Promise<Uint8Array | undefined> {
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
