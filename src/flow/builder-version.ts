/**
 * The version whose rules a builder followed that did not print a release. The steps run once, by the rules of the nearest version; what they
 * left is emitted by the rules of its neighbours in turn, and the digests that the published file carries decide. Nothing else
 * of that file is looked at, and no other file has a say.
 */
import { type Sha256, sha256 } from '../digest.ts';
import type { EmittedPackage, SectionDigests } from '../emit/package.ts';
import { Failure } from '../failure.ts';
import { neighbouringVersions } from '../melange/releases.ts';
import type { Version } from '../melange/version.ts';
import type { Plan } from '../plan/plan.ts';
import type { Built } from './candidate.ts';
import type { Target } from './target.ts';
import { transplant } from './transplant.ts';

/**
 * The package under the version that fits best, the nearest of several. Where none gives the published data section, and where an engine
 * cannot emit by different rules, it stays as it was emitted.
 */
export async function decideVersion({ candidate, rebuilt }: Built): Promise<Built> {
  const { target, prepared, run } = candidate;
  const { melange } = target.claim.traits;
  const { otherwise } = rebuilt;
  if (melange.basis === 'release' || otherwise === undefined) return { candidate, rebuilt };
  const tried: Version[] = [];
  let best: { readonly version: Version; readonly fit: Fit } | undefined;
  for (const version of neighbouringVersions(melange)) {
    if (run.machine.signal.aborted)
      throw new Failure('cancelled', 'the search for the version was cancelled');
    const plan = best === undefined ? rebuilt.plan : prepared.planUnder({ version, basis: 'by-bytes' }, []);
    const digests = best === undefined ? digestsOf(rebuilt.outcome) : await otherwise.digests(plan);
    tried.push(version);
    const fit = await fitOfPackage(target, plan, digests);
    if (best === undefined || fit > best.fit) best = { version, fit };
    if (fit === wholeFile) break;
  }
  const { version } = best!;
  if (version === tried[0])
    return { candidate, rebuilt: { ...rebuilt, plan: prepared.planUnder(melange, tried) } };
  const plan = prepared.planUnder({ version, basis: 'by-bytes' }, tried);
  return { candidate, rebuilt: await otherwise.emit(plan) };
}

/** How much of a package is as published: nothing, its data section, data and control section, the whole file. */
type Fit = 0 | 1 | 2 | 3;
const wholeFile: Fit = 3;

function digestsOf(emitted: EmittedPackage | Failure): SectionDigests | Failure {
  if (emitted instanceof Failure) return emitted;
  return { data: emitted.data.sha256, control: async () => sha256(emitted.control) };
}

async function fitOfPackage({ apk }: Target, plan: Plan, digests: SectionDigests | Failure): Promise<Fit> {
  if (digests instanceof Failure && (digests.class === 'internal' || digests.code === 'cancelled'))
    throw digests;
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
