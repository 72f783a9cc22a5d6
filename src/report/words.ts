/** The meaning of each reason of a verdict and what to do next: one row each, complete by type. */
import { printable } from '../bytes.ts';
import type { Equivalence } from '../compare/comparison.ts';
import type { FixTrial } from '../explain/fixes/fixes.ts';
import type { BuildFailedReason, InconclusiveReason, RejectedReason } from '../failure.ts';
import type { PackageResult, TakenPackage } from '../verdict/result.ts';
import type { StatedVerdict } from '../verdict/stated.ts';
import type { VerdictKind } from '../verdict/verdict.ts';

export const verdictTitles: Readonly<Record<VerdictKind, string>> = {
  reproduced: 'reproduced',
  'not-reproduced': 'not reproduced',
  'build-failed': 'build failed',
  inconclusive: 'inconclusive',
  rejected: 'rejected',
  internal: 'no verdict',
};

type Reason = Equivalence | InconclusiveReason | BuildFailedReason | RejectedReason | 'internal';

/** The next step for each reason, where there is no better hint. */
export const nextSteps: Readonly<Record<Reason, string>> = {
  recompressed: 'compare the compressors: the archives are the same, only their compressed form differs',
  'sbom-only': 'look at the two SBOMs: everything else is the same',
  'metadata-only': 'look at the attributes listed: every file content is the same',
  content: 'look at the files listed; `--repeat 2` shows whether they differ each time',
  unstable: 'look at the causes named: the recipe does not give the same bytes twice',
  malformed: 'fetch the file again; if nothing changes, tell the publisher',
  'duplicate-entry': 'do not install it; tell the publisher',
  'signature-invalid':
    'do not install it, unless the key given is the wrong one: compare its fingerprint with the publisher’s',
  'index-mismatch': 'fetch the file and the index again; if they still disagree, do not install it',
  'datahash-mismatch': 'do not install it; its data section is not the one that was signed',
  'datahash-missing': 'do not install it; nothing ties its data section to its signature',
  'checksum-mismatch': 'do not install it; tell the publisher',
  'unsafe-entry': 'do not install it; tell the publisher',
  'limit-exceeded': 'do not install it unless you know why it is so large',
  contradiction: 'tell the publisher: the recipe inside is that of a different package',
  'unsafe-name': 'do not install it; tell the publisher',
  'unsafe-recipe': 'do not rebuild it; its recipe names paths outside its own',
  unsigned: 'give the index that lists it (--repository), or --allow-unsigned',
  'unknown-key': 'give the public key with --key FILE, or --allow-unsigned',
  'no-recipe': 'only packages of melange v0.16.0 and later carry a recipe; ask the publisher for a rebuild',
  'recipe-unreadable': 'tell the publisher: melange does not write a recipe like this',
  'environment-unavailable': 'name a repository that has the packages with --repository',
  'environment-invalid': 'fetch the environment again, from a repository whose key you have',
  'environment-substituted': 'give the recorded environment with --repository',
  'source-unavailable': 'give the sources with --source-cache DIR or --source-mirror PREFIX=URL|DIR',
  'source-mismatch': 'find the source that the recipe records; this one is different',
  'source-unpinned': 'ask the publisher to pin the source; without a digest nobody can know what it was',
  'recipe-files-unavailable': 'give the folder that lay beside the recipe with --source-dir DIR',
  'network-required':
    'ask the publisher for a recipe that fetches before it builds, or allow it with --network',
  'request-unrecorded':
    'record the build again with --network=record, and compare the two transcripts with `wolfi-repro diff`',
  'answers-unproven':
    'record the build again with --network=record and compare the two transcripts with `wolfi-repro diff`',
  'request-unanswered':
    'look at the requests named; what the build fetched when it was published may be gone',
  'gateway-in-output':
    'look at the files named: a step copied a trust store of the machine into the package, and so did the build that was published',
  'transcript-invalid': 'get the transcript again, or record the build with --network',
  'transcript-incomplete':
    'give the bundle that holds the answers, or record the build again with --network=record',
  'package-unavailable':
    'look for the name and version in the repository; withdrawn files can be given as a file',
  'index-rolled-back':
    'ask the repository why its index is older than before; give the version as NAME=VERSION-rN',
  'address-refused':
    'look at the address; if you trust it, name it yourself or allow it with the flag that the report names',
  unreachable: 'check the network and try again, or name a different place that has the file',
  'bundle-invalid': 'get the bundle again; what is in it is not what its own list says',
  'disk-unavailable': 'make room below the cache folder, or name a different one with --cache',
  'ids-unavailable': 'run as root, or have subordinate ids granted (see `wolfi-repro doctor`)',
  'sandbox-unavailable':
    'run `wolfi-repro doctor`; as root, `--sandbox chroot --trust-recipe` works without namespaces',
  'engines-disagree': 'rebuild with each engine into a folder and compare the two with `wolfi-repro diff`',
  'scan-needed':
    'name a syft with --syft, or a scan that was kept with --scan; neither covers the files that only production’s own programs look into (docs/production-sbom.md)',
  'build-limit': 'raise the limit (see `wolfi-repro verify --help`) if you trust the recipe with more',
  'architecture-unavailable': 'run it on a machine of that architecture, or see `wolfi-repro doctor`',
  emulated: 'run it on a machine of that architecture: the emulator may be the reason',
  unsupported: 'report it: this package needs something that wolfi-repro does not do yet',
  'unsupported-format': 'give a package of apk version 2, as melange writes it',
  'file-changed': 'run it again on a file that is not being written to',
  cancelled: 'run it again',
  'step-failed': 'read the end of the step’s output; --log DIR keeps all of it',
  'assertion-failed': 'tell the publisher: the recipe contradicts itself in its own environment',
  'output-missing': 'read the output of the steps with --log DIR',
  internal: 'report it with the file and the text on standard error; the other packages were judged',
};

/** A verdict, and what further builds showed. */
export interface Outcome {
  readonly verdict: StatedVerdict;
  readonly triangulation?: PackageResult['triangulation'] | undefined;
  readonly fixes?: PackageResult['fixes'] | undefined;
}

/** What to do next; undefined where nothing is to be done. Nothing is advised that was done already. */
export function nextStep({ verdict, triangulation, fixes }: Outcome): string | undefined {
  if (verdict.kind === 'reproduced') return undefined;
  const hint = 'failure' in verdict ? verdict.failure.hint : undefined;
  if (hint !== undefined) return hint;
  const fixing = verdict.kind === 'not-reproduced' && fixes !== undefined ? afterFixes(fixes) : undefined;
  if (fixing !== undefined) return fixing;
  return verdict.reason === 'content' && triangulation !== undefined
    ? afterBuilds
    : nextSteps[verdict.reason];
}

/** What to do with what can be done; undefined where no line of the recipe is known. */
function afterFixes({ fixes, trial }: NonNullable<Outcome['fixes']>): string | undefined {
  if (!fixes.some(({ changes }) => changes.length > 0)) return undefined;
  if (trial === undefined) return changeLines;
  // Builds that agree without the changes show nothing of them.
  return trial.outcome === 'stable' && trial.before !== 'unstable' ? undefined : afterTrials[trial.outcome];
}

const changeLines =
  'have the recipe changed as “fix” says; `--try-fix` builds it twice like that and says whether the bytes are then stable';

const afterTrials: Readonly<Record<FixTrial['outcome'], string>> = {
  stable: 'send the publisher the changes: with them two builds give the same bytes',
  unstable: 'look at what still differs between two builds with these changes',
  'build-failed': 'look for a different change: the recipe does not build with these',
  'not-tried': 'have the recipe changed as “fix” says',
};

const afterBuilds =
  'look at the files on which our own builds agree: what lay beside the recipe (--source-dir) and the builder are the first suspects';

/** The place that explains a verdict. */
export function docsAnchor(verdict: StatedVerdict): string {
  return verdict.kind === 'reproduced' ? 'docs/verdicts.md#reproduced' : `docs/verdicts.md#${verdict.reason}`;
}

/** What a name was taken for, in words. */
export function takenText({ name, version, origin, architecture, repository }: TakenPackage): string {
  const recipe = origin === undefined ? '' : `, origin ${origin}`;
  return printable(`${name} ${version}${recipe}, for ${architecture}, from ${repository}`);
}

/** A verdict in words, or a name, with its reason behind it. */
export function withReason(text: string, reason: string | undefined): string {
  return reason === undefined ? text : `${text} (${reason})`;
}
