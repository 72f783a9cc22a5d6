/** Random mutants of many packages, package by package, so that one build is kept at a time. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageResult } from '../../../src/verdict/result.ts';
import { productionGoldens, productionLab } from '../../inference/production/support.ts';
import { type Golden, goldens, lab, root, sharedLab } from '../../support/lab.ts';
import { type Random, randomOf } from '../../support/mutate.ts';
import { packedSources } from '../../support/sources.ts';
import type { Expected } from './attributes.ts';
import { coveredBy } from './covered.ts';
import { judge } from './judge.ts';
import { judgeLists } from './lists.ts';
import { type RandomMutant, randomMutant } from './random.ts';
import { openSubject, type Subject, type SubjectFile } from './subject.ts';

export interface CampaignPackage extends SubjectFile {
  readonly folder: string;
  /** Mutants beside those of the others. */
  readonly share: number;
}

/** Every package that is reproducible, of every version of melange, and those like production’s. */
export function everyPackage(): CampaignPackage[] {
  const known = new Set<string>();
  const folders = sharedLab === undefined ? [lab] : [lab, sharedLab];
  const ofMelange = folders.flatMap((folder) => {
    const fresh = goldens(folder).filter(({ file, reproducible }) => reproducible && !known.has(file));
    for (const { file } of fresh) known.add(file);
    return fresh.map((golden) => ofGolden(golden, folder));
  });
  return [...ofMelange, ...productionGoldens.map((golden) => ofGolden(golden, productionLab))];
}

/** One package of each recipe but the large ones, the versions of melange in turn. */
export function oneOfEachRecipe(): CampaignPackage[] {
  const byRecipe = new Map<string, Golden[]>();
  for (const golden of goldens().filter(({ reproducible }) => reproducible))
    byRecipe.set(golden.recipe, [...(byRecipe.get(golden.recipe) ?? []), golden]);
  return [...byRecipe.values()]
    .filter(([golden]) => shareOf(golden!.file) === wholeShare)
    .map((group, index) => ofGolden(group[(index * 7) % group.length]!, lab));
}

function ofGolden({ file, sourceDir }: Pick<Golden, 'file' | 'sourceDir'>, folder: string): CampaignPackage {
  return { file, folder, share: shareOf(file), ...(sourceDir === undefined ? {} : { sourceDir }) };
}

const wholeShare = 100;

/** Large packages take seconds a mutant. */
function shareOf(file: string): number {
  return /\/(bulk|manyfiles)-/.test(file) ? 10 : wholeShare;
}

/** How many mutants of each package, so that there are as many as asked for. */
export function dueOf(packages: readonly CampaignPackage[], count: number): number[] {
  const shares = packages.reduce((sum, { share }) => sum + share, 0);
  return packages.map(({ share }) => Math.ceil((count * share) / shares));
}

export interface Tally {
  /** By kind of the mutant, then by verdict with its reason. */
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By the members of the plan that cover what was reproduced all the same. */
  readonly covered: Readonly<Record<string, number>>;
  /** Verdicts in lists of packages that were held against the verdict alone. */
  readonly listed: number;
  /** Verdicts that cannot be right, in words. */
  readonly defects: readonly string[];
}

/** Judges so many mutants of one package; each is another file than the published one. */
export async function judgeMutants(
  each: CampaignPackage,
  count: number,
  seed: number,
  stepSeconds: number,
): Promise<Tally> {
  const verdicts: Record<string, Record<string, number>> = {};
  const covered: Record<string, number> = {};
  const defects: string[] = [];
  const subject = await openSubject({ ...each, ...sourcesOf(each) }, each.folder, stepSeconds);
  const sample: RandomMutant[] = [];
  let listed = 0;
  try {
    const made = kept(makeMutants(subject, count, randomOf(seed)), Math.ceil(count / listLength), sample);
    for await (const { mutant, result } of judge(made, subject.name, subject.options)) {
      const tally = verdicts[mutant.kind] ?? {};
      const verdict = nameOf(result);
      tally[verdict] = (tally[verdict] ?? 0) + 1;
      verdicts[mutant.kind] = tally;
      const unexpected = contradiction(mutant.expected, result);
      if (unexpected !== undefined)
        defects.push(`${each.file} is ${verdict} with ${mutant.what}: ${unexpected}`);
      if (result.verdict.kind !== 'reproduced') continue;
      try {
        const members = coveredBy(subject.original, result).join(' and ');
        covered[members] = (covered[members] ?? 0) + 1;
      } catch (cause) {
        defects.push(`${each.file} is reproduced with ${mutant.what} changed: ${String(cause)}`);
      }
    }
    const neighbours = neighboursOf(each);
    const lists = await judgeLists(sample, subject.name, neighbours, subject.options, randomOf(seed + 1));
    listed = lists.compared;
    defects.push(...lists.defects.map((what) => `${each.file} ${what}`));
  } finally {
    await subject.close();
  }
  return { verdicts, covered, listed, defects };
}

/** Of so many mutants each becomes a list with others; all of them would take as long as the rest together. */
const listLength = 6;

/** Passes mutants on and keeps each that comes at a multiple of `every`. */
async function* kept(
  mutants: AsyncIterable<RandomMutant>,
  every: number,
  sample: RandomMutant[],
): AsyncGenerator<RandomMutant> {
  let index = 0;
  for await (const mutant of mutants) {
    if (index % every === 0) sample.push(mutant);
    index += 1;
    yield mutant;
  }
}

/** The package itself, its siblings of the same build, and files that are judged before any build, or whose build fails. */
function neighboursOf({ file, folder }: CampaignPackage): string[] {
  const known = [...goldens(folder), ...productionGoldens];
  const recipe = known.find((golden) => golden.file === file)?.recipe;
  const siblings = known.filter(
    (golden) => golden.file !== file && golden.recipe === recipe && dirname(golden.file) === dirname(file),
  );
  const hostile = ['truncated', 'wrong-key', 'recipe-not-yaml', 'gone-environment', 'failing-recipe'];
  return [
    join(folder, file),
    ...siblings.slice(0, 2).map((golden) => join(folder, golden.file)),
    ...hostile.map((name) => join(lab, 'invalid', `${name}.apk`)),
  ];
}

/** Why a verdict cannot be right where it is known what the change means; undefined where it can. */
export function contradiction(expected: Expected, { verdict: { kind } }: PackageResult): string | undefined {
  if (expected === 'same' && kind !== 'reproduced') return 'the recipe means the same';
  if (expected === 'other' && kind === 'reproduced') return 'the recipe makes another package';
  if (expected === 'build-failed' && kind !== 'build-failed') return 'a build of this recipe fails';
  if (expected === 'not-run' && kind === 'build-failed') return 'what was added must not run';
  return undefined;
}

function nameOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}: ${verdict.reason}`;
}

async function* makeMutants(subject: Subject, count: number, random: Random): AsyncGenerator<RandomMutant> {
  for (let made = 0; made < count; ) {
    const mutant = await randomMutant(subject, random);
    if (Buffer.from(mutant.bytes).equals(subject.published)) continue;
    made += 1;
    yield mutant;
  }
}

/** Debian’s archives are only there once `npm run fidelity` has fetched them. */
const archives = join(root, '.cache/lab/sources/cache');

/** The sources that recipes of the larger lab fetch. */
function sourcesOf({ folder }: CampaignPackage): Pick<SubjectFile, 'sources'> {
  if (folder !== sharedLab) return {};
  const { cache, mirror } = packedSources();
  const caches = [cache, ...(existsSync(archives) ? [archives] : [])];
  return { sources: { sourceCaches: caches, sourceMirrors: [mirror] } };
}
