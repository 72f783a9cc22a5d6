/**
 * Rules for `${{...}}` in a compiled recipe. melange fills variables in twice: while it reads a recipe, a few by their exact
 * spelling (pkg/config/config.go, `ParseConfiguration`), and while it compiles the steps (pkg/build/compile.go), where a name that it
 * does not know is an error.
 */
import { compareVersions, parseRelease } from '../../melange/version.ts';
import { dependenciesOf } from './compiled-package.ts';
import type { CompiledFor, Rule } from './compiled-rule.ts';
import { stepLists, stepsBelow } from './compiled-steps.ts';
import type { Recipe, RecipeEnvironment, RecipePackage, Scriptlets, Step, Subpackage } from './recipe.ts';

type Texts = Iterable<readonly [path: string, text: string]>;

/** Texts in which no variable is left, whatever its name. */
function* filledIn(recipe: Recipe): Texts {
  for (const list of stepLists(recipe)) {
    for (const { path, step } of stepsBelow(list)) yield* under(path, stepTexts(step));
  }
  for (const [path, { runtime, provides, replaces, ...priorities }] of dependenciesOf(recipe)) {
    for (const text of [...runtime, ...provides, ...replaces, ...Object.values<string>(priorities)])
      yield [path, text];
  }
  for (const text of recipe.environment.contents.packages) yield ['environment.contents.packages', text];
}

function* stepTexts(step: Step): Texts {
  yield ['.runs', step.runs];
  yield ['.if', step.if];
  yield ['.working-directory', step.workingDirectory];
  for (const [name, text] of step.with) yield [`.with.${name}`, text];
  for (const text of step.needs.packages) yield ['.needs', text];
}

function* under(prefix: string, texts: Texts): Texts {
  for (const [path, text] of texts) yield [`${prefix}${path}`, text];
}

const noVariableIsLeft: Rule = function* (recipe) {
  for (const [path, text] of filledIn(recipe)) {
    if (text.includes('${{')) yield { code: 'recipe-unreadable', path, problem: 'still has a variable' };
  }
};

/** Texts in which melange fills in the variables that it knows while it reads them. */
function* readTexts(recipe: Recipe, given: CompiledFor): Texts {
  yield* under('package', packageTexts(recipe.package, given));
  for (const [index, subpackage] of recipe.subpackages.entries())
    yield* under(`subpackages[${index}]`, subpackageTexts(subpackage));
  yield* under('environment', environmentTexts(recipe.environment));
  for (const list of stepLists(recipe)) {
    for (const { path, step } of stepsBelow(list)) {
      yield [`${path}.name`, step.name];
      for (const [name, text] of step.environment) yield [`${path}.environment.${name}`, text];
    }
  }
}

function* packageTexts(given: RecipePackage, { format }: CompiledFor): Texts {
  yield ['.description', given.description];
  yield ['.url', given.url];
  for (const text of [...given.annotations.values(), ...given.targetArchitecture]) yield ['', text];
  yield* under('.scriptlets', scriptletTexts(given.scriptlets));
  if (compareVersions(format.version, parseRelease('v0.51.0')!) < 0) return;
  for (const { paths, license, licensePath } of given.copyright) {
    for (const text of [...paths, license, licensePath]) yield ['.copyright', text];
  }
}

function* subpackageTexts(given: Subpackage): Texts {
  yield ['.if', given.if];
  yield ['.description', given.description];
  yield ['.url', given.url];
  for (const text of given.annotations.values()) yield ['.annotations', text];
  yield* under('.scriptlets', scriptletTexts(given.scriptlets));
}

function* scriptletTexts({ trigger, present: _, ...scripts }: Scriptlets): Texts {
  for (const text of [trigger.script, ...trigger.paths]) yield ['.trigger', text];
  for (const [name, text] of Object.entries<string>(scripts)) yield [`.${name}`, text];
}

function* environmentTexts({ contents, entrypoint, ...given }: RecipeEnvironment): Texts {
  for (const [name, text] of given.environment) yield [`.environment.${name}`, text];
  for (const text of [...contents.buildRepositories, ...contents.repositories, ...contents.keyring])
    yield ['.contents', text];
  for (const text of [
    given.cmd,
    given.stopSignal,
    given.workDir,
    given.vcsUrl,
    ...given.annotations.values(),
    ...given.volumes,
    entrypoint.command,
    entrypoint.shellFragment,
  ])
    yield ['', text];
}

/** The variables that melange fills in while it reads, by their exact spelling, without the brackets (`buildConfigMap`, `PerformVarSubstitutions`). */
function readVariables({ vars, varTransforms }: Recipe): Set<string> {
  const own = [...vars.keys(), ...varTransforms.map(({ to }) => to)].map((name) => `vars.${name}`);
  const ofPackage = ['name', 'version', 'description', 'epoch', 'full-version'].map(
    (name) => `package.${name}`,
  );
  return new Set([...ofPackage, ...own]);
}

/** A value that holds a variable leaves that in the text, so melange may have written this, and would fill it in the second time. */
const noVariableIsFilledInAgain: Rule = function* (recipe, given) {
  const variables = readVariables(recipe);
  for (const name of variables) {
    if (name.includes('}}') || name.includes('${{'))
      yield {
        code: 'unsupported',
        path: 'vars',
        problem: 'has a name that cannot be distinguished from the text around it',
      };
  }
  for (const [path, text] of readTexts(recipe, given)) {
    if (namesIn(text).some((name) => variables.has(name)))
      yield { code: 'unsupported', path, problem: 'has a variable that melange fills in when it reads it' };
  }
};

/** The texts between each `${{` and the next `}}`. */
function namesIn(text: string): string[] {
  const pieces = text.split('${{').slice(1);
  return pieces.filter((piece) => piece.includes('}}')).map((piece) => piece.slice(0, piece.indexOf('}}')));
}

/** pkg/build/pipeline.go, `NewSubstitutionMap` and `Subpackage`, with the version that brought a name. */
const compileVariables: ReadonlyMap<string, string> = new Map([
  ...['name', 'version', 'epoch', 'full-version'].map((name) => [`package.${name}`, 'v0.0.0'] as const),
  ...['outdir', 'destdir', 'contextdir', 'subpkgdir'].map((name) => [`targets.${name}`, 'v0.0.0'] as const),
  ...['gnu', 'rust'].map((name) => [`host.triplet.${name}`, 'v0.0.0'] as const),
  ...['gnu.glibc', 'gnu.musl', 'rust.glibc', 'rust.musl'].map(
    (name) => [`cross.triplet.${name}`, 'v0.0.0'] as const,
  ),
  ['build.arch', 'v0.0.0'],
  ['build.goarch', 'v0.0.0'],
  ['package.srcdir', 'v0.17.0'],
  ['subpkg.name', 'v0.19.4'],
  ['context.name', 'v0.21.2'],
]);

/** Whether a name may occur in the condition of a subpackage: the result is thrown away, but an unknown name is an error. */
function isKnown(name: string, recipe: Recipe, { format, released }: CompiledFor): boolean {
  const first = compileVariables.get(name);
  if (first !== undefined) return !released || compareVersions(format.version, parseRelease(first)!) >= 0;
  const [, kind, rest = ''] = /^(vars|options|targets\.package)\.(.*)$/.exec(name) ?? [];
  if (kind === 'vars') return recipe.vars.has(rest) || recipe.varTransforms.some(({ to }) => to === rest);
  if (kind === 'options') return rest.endsWith('.enabled') && recipe.options.has(rest.slice(0, -8));
  const packages: readonly string[] = [recipe.package, ...recipe.subpackages].map((each) => each.name);
  return kind === 'targets.package' && packages.includes(rest);
}

const conditionsNameKnownVariables: Rule = function* (recipe, given) {
  for (const [index, { if: condition }] of recipe.subpackages.entries()) {
    const pieces = condition.split('${{').slice(1);
    const names = pieces.map((piece) => /^[ \t\r\n]*([A-Za-z0-9._-]+)[ \t\r\n]*\}\}/.exec(piece)?.[1]);
    if (names.some((name) => name === undefined || !isKnown(name, recipe, given)))
      yield {
        code: 'recipe-unreadable',
        path: `subpackages[${index}].if`,
        problem: 'names a variable that melange does not know',
      };
  }
};

export const compiledVariables: readonly Rule[] = [
  noVariableIsLeft,
  noVariableIsFilledInAgain,
  conditionsNameKnownVariables,
];
