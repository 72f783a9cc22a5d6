/**
 * Whether a compiled recipe is the one that the recipe repository has (docs/melange/recipe.md#is-it-the-recipe-of-the-repository): package fields, the names of
 * subpackages and the steps are compared with the source recipe, after substitution. The text of `uses:` steps is melange's
 * own and is not compared, nor is what substitution cannot resolve here; both are counted.
 */
import { decodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';
import type { ClaimFinding } from './findings.ts';
import { parseYaml } from './recipe/parse-yaml.ts';
import type { Recipe, Step, Subpackage } from './recipe/recipe.ts';
import type { Mapping, Node } from './recipe/yaml-node.ts';
import { sameShellText } from './shell-text.ts';

export interface RecipeComparison {
  readonly state: 'same' | 'differs' | 'not-checked';
  readonly compared: number;
  /** What was not compared, in words. */
  readonly left: readonly string[];
  readonly differences: readonly string[];
}

/** Compares the two; where the source recipe cannot be read, the result is `not-checked` with the reason. */
export function compareWithSource(recipe: Recipe, source: Uint8Array): RecipeComparison {
  try {
    return new Comparison(recipe, parseYaml(Buffer.from(withoutComments(decodeBytes(source))))).run();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { state: 'not-checked', compared: 0, left: [failure.message], differences: [] };
  }
}

/** The comparison as a finding, which no verdict hides. */
export function comparisonFinding(
  { state, compared, left, differences }: RecipeComparison,
  where: string,
): ClaimFinding {
  const rest = left.length === 0 ? '' : `; not compared: ${left.join(', ')}`;
  switch (state) {
    case 'same':
      return { kind: 'recipe-same', detail: `${where}: ${compared} fields and steps compared${rest}` };
    case 'differs':
      return { kind: 'recipe-differs', detail: `${where}: ${differences.join('; ')}${rest}` };
    case 'not-checked':
      return { kind: 'recipe-not-compared', detail: `${where}: ${left.join(', ')}` };
  }
}

/** A text without comments on lines of their own; comments behind values are left to the parser. */
function withoutComments(text: string): string {
  return text.replace(/^#.*\n/gm, '');
}

function isUnresolved(text: string): boolean {
  return text.includes('${{');
}

class Comparison {
  readonly #recipe: Recipe;
  readonly #source: Mapping;
  readonly #values: ReadonlyMap<string, string>;
  readonly #left: string[] = [];
  readonly #differences: string[] = [];
  #compared = 0;

  constructor(recipe: Recipe, source: Mapping) {
    this.#recipe = recipe;
    this.#source = source;
    this.#values = substitutions(recipe, source);
  }

  run(): RecipeComparison {
    const own = mappingOf(get(this.#source, 'package'));
    const { package: compiled, pipeline } = this.#recipe;
    this.#same('name', get(own, 'name'), compiled.name);
    this.#same('version', get(own, 'version'), compiled.version);
    this.#same('epoch', get(own, 'epoch'), String(compiled.epoch));
    this.#same('description', get(own, 'description'), compiled.description);
    this.#same('url', get(own, 'url'), compiled.url);
    const licenses = itemsOf(get(own, 'copyright')).map((each) => textOf(get(mappingOf(each), 'license')));
    this.#same('licences', licenses.join(', '), compiled.copyright.map(({ license }) => license).join(', '));
    this.#steps(compiled.name, itemsOf(get(this.#source, 'pipeline')), pipeline, this.#values);
    this.#subpackages();
    const state = this.#differences.length > 0 ? 'differs' : 'same';
    return { state, compared: this.#compared, left: this.#left, differences: this.#differences };
  }

  #same(what: string, source: Node | string | undefined, compiled: string): void {
    const text = typeof source === 'string' ? source : textOf(source);
    const expected = substitute(text, this.#values);
    if (isUnresolved(expected)) return void this.#left.push(what);
    this.#compared += 1;
    if (expected.trim() !== compiled.trim())
      this.#differences.push(`${what}: ${expected} in git, ${compiled} in the package`);
  }

  #subpackages(): void {
    const compiled = new Map<string, Subpackage>(this.#recipe.subpackages.map((each) => [each.name, each]));
    for (const item of itemsOf(get(this.#source, 'subpackages')).map(mappingOf)) {
      for (const values of this.#ranges(item)) {
        const name = substitute(textOf(get(item, 'name')), values);
        const found = compiled.get(name);
        compiled.delete(name);
        if (isUnresolved(name)) this.#left.push(`subpackage ${name}`);
        else if (found !== undefined)
          this.#steps(
            name,
            itemsOf(get(item, 'pipeline')),
            found.pipeline,
            new Map([...values, ['subpkg.name', name]]),
          );
        else if (get(item, 'if') === undefined) this.#differences.push(`subpackage ${name} is in git only`);
      }
    }
    if (this.#left.some((each) => each.startsWith('subpackage '))) return;
    for (const name of compiled.keys()) this.#differences.push(`subpackage ${name} is in the package only`);
  }

  /** One set of values for each item of the data that a `range` names; one where there is none. */
  #ranges(item: Mapping): ReadonlyMap<string, string>[] {
    const range = textOf(get(item, 'range'));
    if (range === '') return [this.#values];
    const data = itemsOf(get(this.#source, 'data')).map(mappingOf);
    const items = mappingOf(
      get(
        data.find((each) => textOf(get(each, 'name')) === range),
        'items',
      ),
    );
    return items.entries.map(
      ([key, value]) =>
        new Map([
          ...this.#values,
          ['range.key', key],
          ['range.value', substitute(textOf(value), this.#values)],
        ]),
    );
  }

  #steps(
    where: string,
    source: readonly Node[],
    compiled: readonly Step[],
    values: ReadonlyMap<string, string>,
  ): void {
    const added = compiled.length - source.length;
    if (added !== 0) {
      this.#differences.push(`${where} has ${source.length} steps in git, ${compiled.length} in the package`);
      return;
    }
    for (const [index, item] of source.map(mappingOf).entries()) {
      const step = compiled[index]!;
      this.#step(`step ${index + 1} of ${where}`, item, step, values);
    }
  }

  #step(where: string, item: Mapping, step: Step, values: ReadonlyMap<string, string>): void {
    const uses = textOf(get(item, 'uses'));
    if (uses !== step.uses) {
      this.#differences.push(
        `${where} uses ${uses || 'nothing'} in git, ${step.uses || 'nothing'} in the package`,
      );
      return;
    }
    for (const [name, value] of mappingOf(get(item, 'with')).entries) {
      const expected = substitute(textOf(value), values);
      const got = step.with.get(name);
      if (got === undefined || isUnresolved(expected)) this.#left.push(`${name} of ${where}`);
      else if (expected.trim() === got.trim()) this.#compared += 1;
      else this.#differences.push(`${name} of ${where}: ${expected} in git, ${got} in the package`);
    }
    if (uses !== '') return void this.#left.push(`text of ${where} (${uses})`);
    const text = substitute(textOf(get(item, 'runs')), values);
    const verdict = isUnresolved(text) ? undefined : sameShellText(text, step.runs);
    if (verdict === undefined) this.#left.push(where);
    else if (verdict) this.#compared += 1;
    else this.#differences.push(`${where} runs a different script`);
    if (get(item, 'pipeline') !== undefined)
      this.#steps(where, itemsOf(get(item, 'pipeline')), step.pipeline, values);
  }
}

/** The values that melange puts in place of `${{…}}` (docs/melange/recipe.md#is-it-the-recipe-of-the-repository), as far as the package shows them. */
function substitutions(recipe: Recipe, source: Mapping): Map<string, string> {
  const { name, version, epoch, description } = recipe.package;
  const home = '/home/build';
  const values = new Map<string, string>([
    ['package.name', name],
    ['package.version', version],
    ['package.epoch', String(epoch)],
    ['package.description', description],
    ['package.full-version', `${version}-r${epoch}`],
    ['package.srcdir', home],
    ['targets.outdir', `${home}/melange-out`],
    ['targets.destdir', `${home}/melange-out/${name}`],
  ]);
  for (const each of recipe.subpackages)
    values.set(`targets.package.${each.name}`, `${home}/melange-out/${each.name}`);
  for (const [key, value] of mappingOf(get(source, 'vars')).entries)
    values.set(`vars.${key}`, substitute(textOf(value), values));
  for (const item of itemsOf(get(source, 'var-transforms')).slice(0, mostTransforms).map(mappingOf)) {
    const from = substitute(textOf(get(item, 'from')), values);
    const result = transform(from, textOf(get(item, 'match')), textOf(get(item, 'replace')));
    if (result !== undefined) values.set(`vars.${textOf(get(item, 'to'))}`, result);
  }
  return values;
}

const mostTransforms = 64;
const longestTransformed = 48;

/**
 * Whether JavaScript matches an expression as Go's RE2 does, and as quickly. It does for those that recipes use. JavaScript backtracks, so nothing that
 * repeats may itself be repeated, and there may be only few choices; other expressions are not compared.
 */
function isTransformable(from: string, match: string): boolean {
  if (/\(\?|\\[zAQEpPC1-9]|\[\[:/.test(match) || from.length > longestTransformed || match.length > 200)
    return false;
  const choices = match.match(/[*+?{|]/g) ?? [];
  return choices.length <= 4 && !/\)[*+{]|\{(?!\d{1,2}(?:,\d{0,2})?\})/.test(match);
}

function transform(from: string, match: string, replace: string): string | undefined {
  if (!isTransformable(from, match)) return undefined;
  const template = replace.replace(/\$\{(\w+)\}/g, (_, group: string) => `$${group}`);
  if (/\$[A-Za-z_]|\$\d+[A-Za-z_]/.test(replace)) return undefined;
  try {
    return from.replace(new RegExp(match, 'g'), template);
  } catch {
    return undefined;
  }
}

function substitute(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{\{\s*([^{}\s]+)\s*\}\}/g, (token, name: string) => values.get(name) ?? token);
}

function get(mapping: Mapping | undefined, key: string): Node | undefined {
  return mapping?.entries.find(([name]) => name === key)?.[1];
}

const empty: Mapping = { kind: 'mapping', entries: [] };

function mappingOf(node: Node | undefined): Mapping {
  return node?.kind === 'mapping' ? node : empty;
}

function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'sequence' ? node.items : [];
}

function textOf(node: Node | undefined): string {
  return node?.kind === 'scalar' ? node.text : '';
}
