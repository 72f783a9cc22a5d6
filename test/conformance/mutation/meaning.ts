/**
 * Changes of what a recipe means, or of nothing but how it says it, written as the same melange would have written the recipe. What
 * becomes of each is known: a step that must not run ends the build, or leaves a file, where it runs all the same.
 */
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import type { Recipe, Step, Subpackage } from '../../../src/claim/recipe/recipe.ts';
import { writeRecipe } from '../../../src/claim/recipe/write.ts';
import type { RecipeForm } from '../../../src/melange/format.ts';
import { oneOf, type Random } from '../../support/mutate.ts';
import { changeControl, type Parts, textOf, withContent } from '../../support/parts.ts';
import type { Change, Expected } from './attributes.ts';

export interface RecipeSubject {
  readonly parts: Parts;
  /** The name of the package, which may be a subpackage of its recipe. */
  readonly packageName: string;
  readonly form: RecipeForm;
}

interface Reworded {
  readonly what: string;
  readonly recipe: Recipe;
  readonly expected: Expected;
}

type Rewording = (recipe: Recipe, name: string, random: Random, parts: Parts) => Reworded;

/** What both grammars of conditions read alike. */
const holding = [
  `"a" == "a"`,
  `'a' != 'b'`,
  `'1' == '1' && "b" == 'b'`,
  `'a' == 'b' || 'c' == "c"`,
  `'' == ''`,
];
const failing = [
  `"a" == "b"`,
  `'a' != 'a'`,
  `'1' == '1' && "b" == 'c'`,
  `'a' == 'b' || 'c' == "d"`,
  `'' != ''`,
];
const unreadable = ['1 == 1', `'a' = 'a'`, `'a' ==`, `== 'a'`, `'a' == 'a`, 'true'];

/** Steps that show whether they ran: by the end of the build, or by a file. */
const marks: readonly ((name: string) => readonly [runs: string, expected: Expected])[] = [
  () => ['exit 1\n', 'build-failed'],
  (name) => [`mkdir -p /home/build/melange-out/${name}/mutant\n`, 'other'],
];

export const condition: Rewording = (recipe, name, random) => {
  const [runs, expected] = oneOf(marks, random)!(name);
  const [yes, no] = [oneOf(holding, random)!, oneOf(failing, random)!];
  const bad = oneOf(unreadable, random)!;
  const cases: readonly (() => Reworded)[] = [
    () => added(recipe, random, `a step where ${no}`, [{ if: no, runs }], 'same'),
    () => added(recipe, random, `a step where ${yes}`, [{ if: yes, runs }], expected),
    () => added(recipe, random, `a step without effect where ${yes}`, [{ if: yes, runs: 'true\n' }], 'same'),
    () => added(recipe, random, `a step where ${bad}`, [{ if: bad, runs: 'true\n' }], 'other'),
    () => conditional(recipe, random, yes, 'same'),
    () => conditional(recipe, random, no, 'any'),
    () => withSubpackage(recipe, no, runs),
  ];
  return oneOf(cases, random)!();
};

export const assertion: Rewording = (recipe, _, random) => {
  const ran = 1 + random(3);
  const skipped = random(3);
  const children: StepText[] = [
    ...Array.from({ length: ran }, () => ({ runs: 'true\n', pipeline: [{ runs: 'true\n' }] })),
    ...Array.from({ length: skipped }, () => ({ if: oneOf(failing, random)!, runs: 'exit 1\n' })),
  ];
  // One that counted grandchildren, or those that were skipped, would be satisfied by another number.
  const required = oneOf([ran, ran, ran * 2, ran + skipped, ran + 1], random)!;
  const what = `a step that requires ${required} steps, of ${ran} that run and ${skipped} that do not`;
  const step = { pipeline: children, assertions: { 'required-steps': required } };
  return added(recipe, random, what, [step], required === ran ? 'same' : 'build-failed');
};

export const nesting: Rewording = (recipe, name, random) => {
  const [runs, expected] = oneOf(marks, random)!(name);
  const [yes, no] = [oneOf(holding, random)!, oneOf(failing, random)!];
  const below = (depth: number, step: StepText): StepText =>
    depth === 0 ? step : { pipeline: [below(depth - 1, step)] };
  const depth = 1 + random(6);
  const cases: readonly (() => Reworded)[] = [
    () => belowMore(recipe, depth),
    () =>
      added(
        recipe,
        random,
        'a step below one that is skipped',
        [{ if: no, pipeline: [{ if: yes, runs }] }],
        'same',
      ),
    () => added(recipe, random, `a step ${depth} below`, [below(depth, { runs })], expected),
    () => added(recipe, random, `a skipped step ${depth} below`, [below(depth, { if: no, runs })], 'same'),
    () =>
      added(
        recipe,
        random,
        'a step with a text and steps of its own',
        [{ runs: 'true\n', pipeline: [{ runs }] }],
        expected,
      ),
  ];
  return oneOf(cases, random)!();
};

export const option: Rewording = (recipe, name, random, parts) => {
  const flags = ['noProvides', 'noDepends', 'noCommands', 'noVersionedShlibDeps'] as const;
  const flag = oneOf(flags, random)!;
  const own =
    recipe.package.name === name ? recipe.package : recipe.subpackages.find((each) => each.name === name)!;
  const options = { ...own.options, [flag]: !own.options[flag] };
  const pkginfo = textOf(parts.control.find((entry) => entry.name === '.PKGINFO')!);
  const values = (key: string) =>
    [...pkginfo.matchAll(new RegExp(`^${key} = (.*)$`, 'gm'))].map(([, value]) => value!);
  const foundBy: Readonly<Record<string, readonly string[]>> = {
    noProvides: values('provides').filter((value) => !own.dependencies.provides.includes(value)),
    noDepends: values('depend').filter((value) => !own.dependencies.runtime.includes(value)),
    noCommands: values('provides').filter((value) => value.startsWith('cmd:')),
  };
  const taken = options[flag] && (foundBy[flag] ?? []).length > 0;
  const changed = withOptions(recipe, name, options);
  return { what: `${flag} ${options[flag]}`, recipe: changed, expected: taken ? 'other' : 'any' };
};

export const architecture: Rewording = (recipe, _, random) => {
  const cases: readonly (readonly [readonly string[], Expected])[] = [
    [['x86_64'], 'same'],
    [['aarch64', 'x86_64'], 'same'],
    [['all'], 'same'],
    [['aarch64'], 'other'],
    [['aarch64', 'riscv64'], 'other'],
  ];
  const [targetArchitecture, expected] = oneOf(cases, random)!;
  const changed = { ...recipe, package: { ...recipe.package, targetArchitecture } };
  return { what: `built for ${targetArchitecture.join(' and ')}`, recipe: changed, expected };
};

/** The package with a recipe that says something else, or the same in another way; undefined where the recipe is not melange's own text. */
export function reworded(subject: RecipeSubject, rewording: Rewording, random: Random): Change | undefined {
  const { parts, packageName, form } = subject;
  const entry = parts.control.find(({ name }) => name === '.melange.yaml');
  if (entry === undefined) return undefined;
  const { recipe } = parseRecipe(entry.content);
  if (!Buffer.from(writeRecipe(recipe, form)).equals(entry.content)) return undefined;
  const { what, recipe: changed, expected } = rewording(recipe, packageName, random, parts);
  const content = writeRecipe(changed, form);
  return {
    what: `recipe: ${what}`,
    parts: changeControl(parts, '.melange.yaml', () => withContent(entry, content)),
    expected,
  };
}

/** A step as YAML has it. */
interface StepText {
  readonly if?: string;
  readonly runs?: string;
  readonly pipeline?: readonly StepText[];
  readonly assertions?: { readonly 'required-steps': number };
}

/** JSON is YAML. */
function partsOf(extra: object): Recipe {
  const whole = { package: { name: 'x', version: '1', epoch: 0 }, ...extra };
  return parseRecipe(Buffer.from(JSON.stringify(whole))).recipe;
}

/** With steps somewhere among those of the recipe. */
function added(
  recipe: Recipe,
  random: Random,
  what: string,
  texts: readonly StepText[],
  expected: Expected,
): Reworded {
  const steps = partsOf({ pipeline: texts }).pipeline;
  const at = random(recipe.subpackages.length + 1);
  let movesSource = false;
  const into = (list: readonly Step[]) => {
    const place = random(list.length + 1);
    movesSource = list.slice(place).some(hasSource);
    return list.toSpliced(place, 0, ...steps);
  };
  const changed: Recipe =
    at === 0 ? { ...recipe, pipeline: into(recipe.pipeline) } : withPipeline(recipe, at - 1, into);
  // The place of a step that brings a source is part of its element's id in the SBOM.
  return { what, recipe: changed, expected: expected === 'same' && movesSource ? 'any' : expected };
}

function hasSource({ uses, pipeline }: Step): boolean {
  return uses === 'fetch' || uses === 'git-checkout' || pipeline.some(hasSource);
}

function withPipeline(
  recipe: Recipe,
  index: number,
  change: (list: readonly Step[]) => readonly Step[],
): Recipe {
  const subpackage: Subpackage = recipe.subpackages[index]!;
  const changed = { ...subpackage, pipeline: change(subpackage.pipeline) };
  return { ...recipe, subpackages: recipe.subpackages.with(index, changed) };
}

/** One of the recipe's own steps under a condition; another recipe altogether where it has none. */
function conditional(recipe: Recipe, random: Random, text: string, expected: Expected): Reworded {
  const free = [...recipe.pipeline.entries()].filter(([, step]) => step.if === '');
  const [index, step] = oneOf(free, random) ?? [];
  if (index === undefined || step === undefined) return { what: 'nothing', recipe, expected: 'any' };
  const pipeline = recipe.pipeline.with(index, { ...step, if: text });
  return { what: `step ${index + 1} where ${text}`, recipe: { ...recipe, pipeline }, expected };
}

/** melange takes a subpackage whose condition fails out of the recipe, so this one is nobody's; its steps run in no case. */
function withSubpackage(recipe: Recipe, text: string, runs: string): Reworded {
  const subpackages = [{ if: text, name: `${recipe.package.name}-mutant`, pipeline: [{ runs }] }];
  const [subpackage] = partsOf({ subpackages }).subpackages;
  const changed = { ...recipe, subpackages: [...recipe.subpackages, subpackage!] };
  return { what: `a subpackage where ${text}`, recipe: changed, expected: 'not-run' };
}

/** melange compiles no step with variables of its own below one without any (pkg/config/config.go), so such a recipe is nobody's. */
function belowMore(recipe: Recipe, depth: number): Reworded {
  const moves = recipe.pipeline.some((step) => step.environment.size > 0 || hasSource(step));
  const expected = moves ? 'any' : 'same';
  return { what: `all steps below ${depth} more`, recipe: wrapped(recipe, depth), expected };
}

function wrapped(recipe: Recipe, depth: number): Recipe {
  if (depth === 0 || recipe.pipeline.length === 0) return recipe;
  const [outer] = partsOf({ pipeline: [{}] }).pipeline;
  return wrapped({ ...recipe, pipeline: [{ ...outer!, pipeline: recipe.pipeline }] }, depth - 1);
}

function withOptions(recipe: Recipe, name: string, options: Recipe['package']['options']): Recipe {
  if (recipe.package.name === name) return { ...recipe, package: { ...recipe.package, options } };
  const subpackages = recipe.subpackages.map((each) => (each.name === name ? { ...each, options } : each));
  return { ...recipe, subpackages };
}
