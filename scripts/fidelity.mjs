/**
 * `npm run fidelity`: rebuilds every golden of the lab, whichever version of melange wrote it, and writes the verdicts to
 * docs/fidelity.md. With the larger lab beside the checkout these are all goldens; without it the page is not written.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { byVersion, groupedBy, table, verdictText, verifyFiles } from './page.mjs';
import { build, installPackages, installPrograms, makeEnvironment, requireNode, root } from './setup.mjs';

/** @typedef {import('../test/support/lab.ts').Golden & { column: string }} Golden of a column of the table */
/** @typedef {import('./page.mjs').Reported} Reported */

const document = join(root, 'docs/fidelity.md');
const larger = process.env['WOLFI_REPRO_LAB'] ?? join(root, '../shared/lab');
const complete = existsSync(larger);
const lab = complete ? larger : join(root, 'fixtures/lab');

requireNode();
installPackages();
build();
const environment = makeEnvironment();
if (environment === undefined || makeEnvironment(undefined, 'aarch64') === undefined) process.exit(1);
installPrograms([{ program: 'qemu-aarch64-static', package: 'qemu-user-static' }]);
const repository = environment;
const sources = complete ? makeSources() : undefined;
const goldens = [...goldensIn('', ''), ...goldensIn('aarch64', ', aarch64')];
/** @type {Map<string, Reported>} */
const verdicts = new Map();
for (const group of groups(goldens)) verifyGroup(group);
report();

/**
 * The packages of the lab, or of the lab in it for another architecture.
 * @param {string} folder
 * @param {string} suffix of its columns
 * @returns {Golden[]}
 */
function goldensIn(folder, suffix) {
  /** @type {import('../test/support/lab.ts').Golden[]} */
  const list = JSON.parse(readFileSync(join(lab, folder, 'goldens.json'), 'utf8'));
  return list.map((golden) => ({
    ...golden,
    column: `${golden.melange}${suffix}`,
    file: join(folder, golden.file),
    ...(golden.sourceDir === undefined ? {} : { sourceDir: join(folder, golden.sourceDir) }),
  }));
}

/** Our own programs packed, a git repository, and the source archives of two real programs from Debian. */
function makeSources() {
  const folder = join(root, '.cache/lab/sources');
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(process.execPath, [join(larger, 'make-sources.mjs'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) console.error('not all sources can be had; packages that need them are inconclusive');
  return folder;
}

/**
 * Groups that one run can verify: one version and architecture, one folder beside the recipe.
 * @param {readonly Golden[]} list
 */
function groups(list) {
  const keyOf = (/** @type {Golden} */ { column, signed, reproducible, sourceDir = '' }) =>
    [column, signed, reproducible, sourceDir].join(' ');
  return groupedBy(list, keyOf).values();
}

/** @param {readonly Golden[]} group */
function verifyGroup(group) {
  const [first] = group;
  if (first === undefined) return;
  const { column, signed, sourceDir, reproducible } = first;
  console.error(`${column}: ${group.length} packages${reproducible ? '' : ' that are not reproducible'}`);
  const options = [
    ...['--key', join(lab, 'lab.rsa.pub')],
    ...['--repository', repository],
    ...['--jobs', String(availableParallelism())],
    ...(sources === undefined ? [] : ['--source-cache', join(sources, 'cache')]),
    ...(sources === undefined ? [] : ['--source-mirror', `http://127.0.0.1:18080/=${join(sources, 'git')}`]),
    ...(sourceDir === undefined ? [] : ['--source-dir', join(lab, sourceDir)]),
    ...(signed ? [] : ['--allow-unsigned']),
  ];
  const packages = verifyFiles(
    options,
    group.map(({ file }) => join(lab, file)),
  );
  for (const [index, { file }] of group.entries())
    verdicts.set(file, /** @type {Reported} */ (packages[index]));
}

/** @param {Golden} golden */
function resultOf({ file }) {
  return /** @type {Reported} */ (verdicts.get(file));
}

/**
 * `reproduced` counts only with a signature that is valid, where there is one.
 * @param {Golden} golden
 */
function verdictOf(golden) {
  const result = resultOf(golden);
  if (result.verdict !== 'reproduced') return verdictText(result);
  const signature = result.signature?.kind;
  return signature === (golden.signed ? 'valid' : 'unsigned') ? result.verdict : `signature ${signature}`;
}

function report() {
  const reproducible = goldens.filter((golden) => golden.reproducible);
  const failed = reproducible.filter((golden) => verdictOf(golden) !== 'reproduced');
  for (const golden of failed) {
    const { comparison, failure } = resultOf(golden);
    console.error(`${golden.file}: ${verdictOf(golden)} ${failure?.message ?? ''}`);
    for (const { section, path, kind, name } of comparison?.differences ?? [])
      console.error(`  ${section} ${path} ${kind} ${name ?? ''}`);
  }
  console.error(`${reproducible.length - failed.length} of ${reproducible.length} are reproduced`);
  if (complete) writeFileSync(document, page(reproducible));
  else console.error('docs/fidelity.md is left as it is: the larger lab is not beside the checkout');
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** @param {readonly Golden[]} reproducible */
function page(reproducible) {
  const columns = [...new Set(goldens.map(({ column }) => column))].sort(byVersion);
  const count = reproducible.filter((golden) => verdictOf(golden) === 'reproduced').length;
  return `# Fidelity

Made by \`npm run fidelity\`: each package was written by the melange that its column names, and rebuilt here from the recipe inside it, in
the environment and from the sources that it records. ● is \`reproduced\`: the same bytes to the last one and, where the package is signed, its
signature is valid over ours. Packages for aarch64 are rebuilt on x86_64 [under qemu](emulation.md). ${count} of ${reproducible.length} packages that are reproducible are reproduced. Where there is no mark,
that version cannot build the recipe, or the lab does not have it. [Mutants](mutants.md) and [the fuzz run of the front](fuzz.md)
show what becomes of these packages when they are changed.

${table(
  ['package', ...columns],
  byPackage(reproducible).map(([name, group]) => [name, ...columns.map((column) => cell(group, column))]),
)}

The packages of a builder that does not print a release of melange (\`devel\`, a closed builder’s own text) are tried by the rules of all versions:
\`test/conformance/builder-version.test.ts\` writes one golden of each column again under such a text, and it is reproduced.

## Packages that are not reproducible

The lab has them to show what differs. Where chance or this machine happens to give the published bytes, a package is reproduced.

${table(
  ['package', 'melange', 'cause', 'file that must differ', 'verdict', 'names the file'],
  goldens.filter((golden) => !golden.reproducible).map(irreproducibleRow),
)}
`;
}

/**
 * @param {readonly Golden[]} group
 * @param {string} column
 */
function cell(group, column) {
  const golden = group.find((each) => each.column === column);
  if (golden === undefined) return '';
  const verdict = verdictOf(golden);
  return verdict === 'reproduced' ? '●' : verdict;
}

/** @param {Golden} golden */
function irreproducibleRow(golden) {
  const result = resultOf(golden);
  const { verdict, comparison } = result;
  const named = (comparison?.differences ?? []).some(({ path }) => path === golden.differs);
  return [
    basename(golden.file, '.apk'),
    golden.melange,
    golden.cause ?? '',
    `\`${golden.differs}\``,
    verdictText(result),
    verdict === 'reproduced' ? '' : named ? 'yes' : 'no',
  ];
}

/** @param {readonly Golden[]} list */
function byPackage(list) {
  const found = groupedBy(list, ({ file }) => basename(file, '.apk'));
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
