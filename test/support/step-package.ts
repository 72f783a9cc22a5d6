/**
 * Packages whose recipes fetch sources with melange's own steps: their text is taken out of packages of the larger lab, where a real
 * melange compiled it, and given other inputs. WOLFI_REPRO_PIPELINES names a folder with the pipelines of another melange.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readApk } from '../../src/apk/read-apk.ts';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import type { Recipe } from '../../src/claim/recipe/recipe.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { lab, sharedLab } from './lab.ts';

export type Fetching = 'fetch' | 'git-checkout';
export type StepInputs = Readonly<Record<string, string>>;

export interface FetchingStep {
  readonly uses: Fetching;
  readonly with: StepInputs;
}

const published = (name: string) => join(sharedLab!, 'repository/v0.59.1/x86_64', name);
const carriers = { fetch: 'tally-0.7.1-r0.apk', 'git-checkout': 'git-hello-1.2.0-r0.apk' } as const;

/** What the steps take where nothing is said (melange pkg/build/pipelines at v0.59.1). */
const defaults: Readonly<Record<Fetching, StepInputs>> = {
  fetch: { 'strip-components': '1', directory: '.', extract: 'true', delete: 'false' },
  'git-checkout': {
    destination: '.',
    depth: 'unset',
    'recurse-submodules': 'false',
    'shallow-submodules': 'false',
    'submodule-jobs': '1',
    'max-retries': '0',
    'initial-backoff': '1',
    'max-backoff': '1',
    'expected-commit-is-branch-tip': 'false',
  },
};

/** Whether the step has all of these inputs: earlier ones have fewer. */
export async function takesInputs({ uses, with: inputs }: FetchingStep): Promise<boolean> {
  const text = await template(uses);
  return Object.keys(inputs).every((name) => text.includes(`\${{inputs.${name}}}`));
}

/** The text of a step as melange compiles it for these inputs. */
export async function stepText({ uses, with: inputs }: FetchingStep): Promise<string> {
  const all = { ...defaults[uses], ...otherDefaults(uses), ...inputs };
  return (await template(uses)).replace(
    /\$\{\{inputs\.([a-z0-9-]+)\}\}/g,
    (_, name: string) => all[name] ?? '',
  );
}

function otherPipeline(uses: Fetching): string | undefined {
  const folder = process.env['WOLFI_REPRO_PIPELINES'];
  return folder === undefined ? undefined : readFileSync(join(folder, `${uses}.yaml`), 'utf8');
}

function otherDefaults(uses: Fetching): StepInputs {
  const inputs = /^inputs:\n([\s\S]*?)^pipeline:/m.exec(otherPipeline(uses) ?? '')?.[1] ?? '';
  const each = inputs.matchAll(/^ {2}([a-z0-9-]+):\n(?:(?: {4}.*)?\n)*? {4}default: (.*)$/gm);
  return Object.fromEntries([...each].map(([, name, value]) => [name!, value!.replaceAll('"', '')]));
}

async function template(uses: Fetching): Promise<string> {
  const other = otherPipeline(uses);
  if (other !== undefined) {
    const begin = '  - runs: |\n';
    return other.slice(other.indexOf(begin) + begin.length).replace(/^ {6}/gm, '');
  }
  const { pipeline } = await compiled(carriers[uses]);
  const { runs } = pipeline.find((step) => step.uses === uses)!.pipeline[0]!;
  return uses === 'fetch' ? fetchTemplate(runs) : checkoutTemplate(runs);
}

async function compiled(name: string): Promise<Recipe> {
  return parseRecipe(Buffer.from(await recipeText(published(name)))).recipe;
}

async function recipeText(file: string): Promise<string> {
  const { control } = await readApk(fileSource(file));
  return execFileSync('tar', ['-xzO', '.melange.yaml'], { input: control.bytes, encoding: 'utf8' });
}

function fetchTemplate(text: string): string {
  const input = (name: string) => `\${{inputs.${name}}}`;
  const digest = /[0-9a-f]{64}/.exec(text)![0];
  const changes: readonly (readonly [from: string, to: string])[] = [
    ['[ -z "" ] && [ -z "" ]', `[ -z "${input('expected-sha512')}" ] && [ -z "${input('expected-none')}" ]`],
    ['sha512:"', `sha512:${input('expected-sha512')}"`],
    ['if [ -n "" ]', `if [ -n "${input('expected-none')}" ]`],
    ['[ "" != "$sum" ]', `[ "${input('expected-sha512')}" != "$sum" ]`],
    ['--strip-components=1', `--strip-components=${input('strip-components')}`],
    ["-C '.'", `-C '${input('directory')}'`],
    ['[ "true" = "true" ]', `[ "${input('extract')}" = "true" ]`],
    ['[ "false" = "true" ]', `[ "${input('delete')}" = "true" ]`],
    ['https://lab.example/sources/tally-0.7.1.tar.gz', input('uri')],
    [digest, input('expected-sha256')],
  ];
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the step has no ${from}`);
    return changed.replaceAll(from, to);
  }, text);
}

/** The order of the arguments is that of `main` in the text itself. */
const checkoutArguments = [
  ...['repository', 'destination', 'depth', 'branch', 'tag', 'expected-commit', 'recurse-submodules'],
  ...['', 'sparse-paths', 'max-retries', 'initial-backoff', 'max-backoff'],
  ...['shallow-submodules', 'submodule-jobs', 'expected-commit-is-branch-tip'],
];

function checkoutTemplate(text: string): string {
  const words = checkoutArguments.map((name) => (name === '' ? '"$cpickf"' : `"\${{inputs.${name}}}"`));
  const call = /^main (?:\\\n\s*|"[^"]*" ?)+\n/m;
  const picks = /(<<"END_CHERRY_PICKS"\n)(?:.*\n)*?(END_CHERRY_PICKS\n)/;
  if (!call.test(text) || !picks.test(text)) throw new Error('the step has another form');
  return text
    .replace(call, () => `main ${words.join(' ')}\n`)
    .replace(picks, (_, begin: string, end: string) => `${begin}\${{inputs.cherry-picks}}\n${end}`);
}

/**
 * Writes an unsigned package with these steps, plain text for one of its own; its files are those of another package, so it can be
 * rebuilt and not reproduced. `shell` has the packages that a shell and tar need, which are a twentieth of what a compiler needs.
 */
export async function writeStepPackage(
  folder: string,
  steps: readonly (FetchingStep | string)[],
  environment: 'shell' | 'compiler' = 'compiler',
): Promise<string> {
  const carrier = published(carriers['git-checkout']);
  const { data } = await readApk(fileSource(carrier));
  const recipe = await recipeText(carrier);
  const pipeline = await Promise.all(steps.map(stepYaml));
  const head =
    environment === 'shell'
      ? withPackages(
          recipe,
          packageLines(await recipeText(join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk'))),
        )
      : withPackages(recipe, [
          ...packageLines(recipe),
          ...packageLines(await recipeText(published(carriers.fetch))),
        ]);
  const aside = mkdtempSync(join(folder, 'control-'));
  try {
    execFileSync('tar', ['-xzf', '-', '-C', aside, '.PKGINFO'], {
      input: (await readApk(fileSource(carrier))).control.bytes,
    });
    writeFileSync(join(aside, '.melange.yaml'), `${head}pipeline:\n${pipeline.join('')}`);
    const packed = execFileSync('tar', [
      ...['-cz', '--format=ustar', '--owner=0', '--group=0', '-C', aside],
      ...['.PKGINFO', '.melange.yaml'],
    ]);
    const path = join(aside, '..', 'git-hello-1.2.0-r0.apk');
    writeFileSync(path, Buffer.concat([packed, readFileSync(carrier).subarray(data.start)]));
    return path;
  } finally {
    rmSync(aside, { recursive: true });
  }
}

async function stepYaml(step: FetchingStep | string): Promise<string> {
  if (typeof step === 'string') return `  - runs: ${JSON.stringify(step)}\n`;
  const inputs = Object.entries(step.with).map(
    ([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`,
  );
  const text = JSON.stringify(await stepText(step));
  return `  - uses: ${step.uses}\n    with:\n${inputs.join('')}    pipeline:\n      - runs: ${text}\n`;
}

const packageList = /^ {4}packages:\n((?: {6}- .*\n)+)/m;

function packageLines(recipe: string): string[] {
  return packageList.exec(recipe)![1]!.split('\n').filter(Boolean);
}

/** What stands in front of the steps, with these packages. */
function withPackages(recipe: string, lines: readonly string[]): string {
  const all = [...new Set(lines)].sort();
  return recipe
    .slice(0, recipe.indexOf('pipeline:\n'))
    .replace(packageList, () => `    packages:\n${all.map((line) => `${line}\n`).join('')}`);
}
