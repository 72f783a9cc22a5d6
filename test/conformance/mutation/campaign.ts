/** Random mutants over many packages, package by package, so that one build is kept at a time. */
import assert from 'node:assert/strict';
import { type Golden, goldens } from '../../support/lab.ts';
import { coveredBy } from './covered.ts';
import { judge, type Mutant } from './judge.ts';
import { type Chance, chanceFrom, randomMutant } from './random.ts';
import { openSubject, type Subject } from './subject.ts';

/** Every golden that is reproducible. */
export function everyGolden(): Golden[] {
  return goldens().filter(({ reproducible }) => reproducible);
}

/** One package of each recipe but the large ones, the versions of melange in turn. */
export function oneOfEachRecipe(): Golden[] {
  const byRecipe = new Map<string, Golden[]>();
  for (const golden of everyGolden())
    byRecipe.set(golden.recipe, [...(byRecipe.get(golden.recipe) ?? []), golden]);
  return [...byRecipe.values()]
    .filter(([golden]) => share(golden!) === wholeShare)
    .map((group, index) => group[(index * 7) % group.length]!);
}

const wholeShare = 100;

/** Large packages take seconds a mutant. */
function share({ recipe }: Golden): number {
  if (recipe === 'recipes/bulk.yaml') return 1;
  return recipe === 'recipes/manyfiles.yaml' ? 4 : wholeShare;
}

export interface Campaign {
  readonly mutants: number;
  readonly verdicts: ReadonlyMap<string, number>;
  /** What was reproduced because a trait covers it. */
  readonly covered: readonly string[];
}

/** Fails as soon as a package is over of which a mutant was reproduced that no trait covers. */
export async function assertRandomNeverReproduced(
  packages: readonly Golden[],
  count: number,
  seed: number,
): Promise<Campaign> {
  const shares = packages.reduce((sum, golden) => sum + share(golden), 0);
  const verdicts = new Map<string, number>();
  const covered: string[] = [];
  let mutants = 0;
  for (const [index, golden] of packages.entries()) {
    const due = Math.ceil((count * share(golden)) / shares);
    const { file, signed, sourceDir } = golden;
    const subject = await openSubject({ file, signed, ...(sourceDir === undefined ? {} : { sourceDir }) });
    try {
      const made = makeMutants(subject, due, chanceFrom(seed + index));
      for await (const { mutant, result } of judge(made, subject.name, subject.options)) {
        mutants += 1;
        verdicts.set(result.verdict.kind, (verdicts.get(result.verdict.kind) ?? 0) + 1);
        if (result.verdict.kind !== 'reproduced') continue;
        const members = requireCovered(subject, mutant, () => coveredBy(subject.original, result));
        covered.push(`${file}: ${mutant.what}: ${members.join(' ')}`);
      }
    } finally {
      await subject.close();
    }
  }
  return { mutants, verdicts, covered };
}

function requireCovered(subject: Subject, mutant: Mutant, covered: () => string[]): string[] {
  try {
    return covered();
  } catch (cause) {
    return assert.fail(`${subject.name} is reproduced with ${mutant.what} changed: ${String(cause)}`);
  }
}

async function* makeMutants(subject: Subject, count: number, chance: Chance): AsyncGenerator<Mutant> {
  for (let made = 0; made < count; made++) {
    const mutant = await randomMutant(subject, chance);
    if (!Buffer.from(mutant.bytes).equals(subject.published)) yield mutant;
  }
}
