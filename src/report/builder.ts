/** The builder of a package according to its plan: every value that was taken from the published file is named. */
import { counted, printable } from '../bytes.ts';
import { decidedText, formText, undecidedQuestions } from '../claim/traits/record-variant.ts';
import type { ScanOutcome, TriedScan } from '../engine/scans.ts';
import { describeEmulation, type Emulation, registeredWords } from '../execute/processor/processor.ts';
import type { Plan, PlannedBuilder } from '../plan/plan.ts';
import type { Fact } from './fact.ts';
import { shorten } from './rows.ts';

/** @param scan how the scans of the package went */
export function builderFacts(builder: PlannedBuilder, scan: ScanOutcome | undefined): Fact[] {
  const substituted = substitutedText(builder);
  return [
    { label: 'builder', value: builderText(builder) },
    ...(builder.melangeTried.length < 2 ? [] : [{ label: 'tried', value: triedText(builder) }]),
    { label: 'taken over', value: takenOverText(builder, scan) },
    ...(substituted === undefined ? [] : [{ label: '', value: substituted }]),
  ];
}

/** The scan that listed the rebuilt tree, and the others that were tried; the first line is the one whose elements are in the SBOM. */
export function scanFacts({ tried, chosen }: ScanOutcome): Fact[] {
  const others = tried.filter((_, place) => place !== chosen);
  return [
    { label: 'scan', value: chosen === null ? noScanText(tried) : scanText(tried[chosen]!) },
    ...others.map((each) => ({ label: '', value: `also tried: ${scanText(each)}` })),
  ];
}

function noScanText(tried: readonly TriedScan[]): string {
  return tried.some(({ outcome }) => outcome === 'fits')
    ? 'none is needed: the files themselves show what production found'
    : 'no kept scan is used';
}

function scanText({ version, sha256, kept, outcome }: TriedScan): string {
  const program = `syft ${version === '' ? 'of unknown version' : shorten(printable(version))}`;
  if (kept === null) return `${program} ${scanOutcomes[outcome]}, sha256 ${sha256}`;
  return `kept scan sha256 ${kept} ${scanOutcomes[outcome]}; not made here, said to be by ${program}, sha256 ${sha256}`;
}

const scanOutcomes: Readonly<Record<TriedScan['outcome'], string>> = {
  fits: 'finds what production found',
  differs: 'does not find what production found',
  failed: 'failed',
  'other-tree': 'is of a different tree',
  incomplete: 'leaves out what the files themselves show',
};

/** What ran the steps where it was not the machine's own processor. */
export function emulationFact(emulation: Emulation): Fact {
  const { architecture, registered } = emulation;
  return {
    label: 'emulated',
    value: `${architecture} by ${printable(describeEmulation(emulation))}, registered ${registeredWords[registered]}`,
  };
}

/** The recipe that the verdict is about, and the files beside it: no package contains these, the user vouches for them. */
export function recipeFact({ recipe, recipeFiles }: Pick<Plan, 'recipe' | 'recipeFiles'>): Fact {
  const count = recipeFiles.length;
  const beside =
    count === 0 ? '' : `, with ${count} unrecorded ${count === 1 ? 'file' : 'files'} from beside it`;
  return { label: 'recipe', value: `sha256 ${recipe.sha256}${beside}` };
}

/** Seconds since 1970 as a date and time; years beyond 9999 stay a number. */
function utc(seconds: number): string {
  return seconds > 253_402_300_799
    ? String(seconds)
    : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function builderText(builder: PlannedBuilder): string {
  const { owner, clock, signature } = builder;
  const basis = builder.melangeBasis === 'release' ? '' : ` (${builder.melangeBasis})`;
  const parts = [
    `melange ${builder.melange}${basis}`,
    clock === null ? 'no clock' : `clock ${utc(clock)}`,
    `deflate ${builder.deflate}`,
    `file system ${builder.directorySize}`,
    sbomText(builder),
    ...(owner.uid === 0 && owner.gid === 0 ? [] : [`owner ${owner.uid}:${owner.gid}`]),
    ...(builder.zoneOffsetMinutes === 0 ? [] : [`time zone ${builder.zoneOffsetMinutes} minutes`]),
    ...(builder.namespace === '' ? [] : [`namespace ${printable(builder.namespace)}`]),
    ...(builder.versionedShlibDepends ? ['versioned library dependencies'] : []),
    ...(signature === null ? [] : [`signed with ${signature.algorithm}`]),
  ];
  return parts.join(', ');
}

/** The versions that were tried for a builder that did not print a release. */
function triedText({ melange, melangeBasis, melangeTried }: PlannedBuilder): string {
  const end = melangeBasis === 'by-bytes' ? `${melange} fits best` : 'none fits better than the first';
  return `rules of melange ${melangeTried.join(', ')}: ${end}`;
}

/** The generator and, for production's, its form and the answers in its record. */
function sbomText({ sbomGenerator, sbomRecord }: PlannedBuilder): string {
  if (sbomRecord === null) return `SBOM by ${sbomGenerator}`;
  const undecided = undecidedQuestions(sbomRecord.answers);
  const decided = decidedText(sbomRecord.answers);
  const parts = [
    formText(sbomRecord),
    ...(sbomRecord.fit === 'none' ? ['no known record gives the id'] : []),
    ...(decided === '' ? [] : [`record: ${decided}`]),
    ...(undecided.length === 0 ? [] : [`not decided: ${undecided.join(', ')}`]),
  ];
  return `SBOM by ${sbomGenerator} (${parts.join('; ')})`;
}

/** Values that only the SBOM records and that the rebuilt SBOM repeats, and what a kept scan lists: nothing else vouches for them. */
function takenOverText(builder: PlannedBuilder, scan: ScanOutcome | undefined): string {
  const { melange, printedVersion, recipeLicense, extractedOrder, largeDirectories } = builder;
  const { repository, path, commit } = builder.recipeFile;
  const parts = [
    ...(printedVersion === melange ? [] : [`version printed ${JSON.stringify(printedVersion)}`]),
    `recipe ${repository} ${path}`,
    ...(builder.recipeNamesCommit ? [`its commit ${commit} (the recipe itself names another)`] : []),
    `its licence ${recipeLicense}`,
    ...(largeDirectories === null ? [] : [largeText(largeDirectories)]),
    ...(extractedOrder.length < 2 ? [] : [`order of licences ${extractedOrder.join(' ')}`]),
    ...(scan?.chosen == null || scan.tried[scan.chosen]?.kept == null ? [] : ['elements of a kept scan']),
  ];
  return parts.map((part) => shorten(printable(part))).join(', ');
}

function largeText({ blocks, paths }: NonNullable<PlannedBuilder['largeDirectories']>): string {
  const named = paths.map((path) => (path === '' ? '.' : path)).join(' ');
  return `size of directories ${counted(blocks, 'block')} more than the fewest that ext4 needs, in ${named}`;
}

/** Values that a substituted environment could not give. */
function substitutedText({ fromPublished }: PlannedBuilder): string | undefined {
  if (fromPublished === null) return undefined;
  const { users, groups, osRelease } = fromPublished;
  const named = (what: string, names: readonly (readonly [number, string])[]) =>
    names.filter(([id]) => id !== 0).map(([id, name]) => `${what} ${id} ${JSON.stringify(name)}`);
  const parts = [
    ...named('user', users),
    ...named('group', groups),
    ...(osRelease === null ? [] : [`os-release ${osRelease.id} ${osRelease.versionId}`.trimEnd()]),
  ];
  return parts.length === 0 ? undefined : parts.map((part) => shorten(printable(part))).join(', ');
}
