/**
 * `npm run fidelity`: rebuilds every golden of the lab, whichever version of melange wrote it, and writes the verdicts to
 * docs/fidelity.md. With the larger lab beside the checkout that is all there is; without it the table is only checked.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { compile, installPackages, makeEnvironment, requireNode, root } from './setup.mjs';

const program = join(root, 'dist/cli/main.js');
const document = join(root, 'docs/fidelity.md');
const larger = join(root, '../shared/lab');
const complete = existsSync(larger);
const lab = complete ? larger : join(root, 'fixtures/lab');

requireNode();
installPackages();
compile('tsconfig.dist.json');
const environment = makeEnvironment();
if (environment === undefined) process.exit(1);
const sources = complete ? makeSources() : undefined;
const goldens = JSON.parse(readFileSync(join(lab, 'goldens.json'), 'utf8'));
const verdicts = new Map();
for (const group of groups(goldens)) verifyGroup(group);
report();

/** Our own programs packed, a git repository, and the source archives of two real programs from Debian. */
function makeSources() {
  const folder = join(root, '.cache/lab/sources');
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(process.execPath, [join(larger, 'make-sources.mjs'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) console.error('not all sources are to be had; packages that need them are inconclusive');
  return folder;
}

/** What one run can verify: one version, one folder beside the recipe. */
function groups(list) {
  const found = new Map();
  for (const golden of list) {
    const key = [golden.melange, golden.signed, golden.reproducible, golden.sourceDir ?? ''].join(' ');
    found.set(key, [...(found.get(key) ?? []), golden]);
  }
  return found.values();
}

function verifyGroup(group) {
  const [{ melange, signed, sourceDir, reproducible }] = group;
  console.error(`${melange}: ${group.length} packages${reproducible ? '' : ' that are not reproducible'}`);
  const argv = [
    'verify',
    ...['--key', join(lab, 'lab.rsa.pub')],
    ...['--repository', environment],
    ...['--jobs', String(availableParallelism()), '--format', 'json'],
    ...(sources === undefined ? [] : ['--source-cache', join(sources, 'cache')]),
    ...(sources === undefined ? [] : ['--source-mirror', `http://127.0.0.1:18080/=${join(sources, 'git')}`]),
    ...(sourceDir === undefined ? [] : ['--source-dir', join(lab, sourceDir)]),
    ...(signed ? [] : ['--allow-unsigned']),
    ...group.map(({ file }) => join(lab, file)),
  ];
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (stdout === '') throw new Error(stderr);
  const { packages } = JSON.parse(stdout);
  for (const [index, golden] of group.entries()) verdicts.set(golden.file, packages[index]);
}

/** `reproduced` counts only with a signature that is valid, where there is one. */
function verdictOf(golden) {
  const { verdict, reason, signature } = verdicts.get(golden.file);
  if (verdict !== 'reproduced') return `${verdict}: ${reason}`;
  return signature.kind === (golden.signed ? 'valid' : 'unsigned') ? verdict : `signature ${signature.kind}`;
}

function report() {
  const reproducible = goldens.filter((golden) => golden.reproducible);
  const failed = reproducible.filter((golden) => verdictOf(golden) !== 'reproduced');
  for (const golden of failed) {
    const { comparison, failure } = verdicts.get(golden.file);
    console.error(`${golden.file}: ${verdictOf(golden)} ${failure?.message ?? ''}`);
    for (const { section, path, kind, name } of comparison?.differences ?? [])
      console.error(`  ${section} ${path} ${kind} ${name ?? ''}`);
  }
  console.error(`${reproducible.length - failed.length} of ${reproducible.length} are reproduced`);
  if (complete) writeFileSync(document, page(reproducible));
  else console.error('docs/fidelity.md is left as it is: the larger lab is not beside the checkout');
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function page(reproducible) {
  const versions = [...new Set(goldens.map(({ melange }) => melange))].sort(byVersion);
  const count = reproducible.filter((golden) => verdictOf(golden) === 'reproduced').length;
  return `# Fidelity

Made by \`npm run fidelity\`: each package was written by the melange that its column names, and rebuilt here from the recipe inside it, in
the environment and from the sources that it records. ● is \`reproduced\`: the same bytes to the last one and, where the package is signed,
its signature valid over ours. ${count} of ${reproducible.length} packages that are reproducible are reproduced. Where there is no mark,
that version cannot build the recipe, or the lab does not have it. What becomes of such packages when they are changed is in
[mutants](mutants.md).

${table(
  ['package', ...versions],
  byPackage(reproducible).map(([name, group]) => [name, ...versions.map((version) => cell(group, version))]),
)}

A builder that prints no release of melange (\`devel\`, a closed builder’s own text) is held against the rules of all versions: one golden of each
column is written again under such a text by \`test/conformance/builder-version.test.ts\`, and reproduced.

## Packages that are not reproducible

The lab has them to show what differs. Where chance or this machine happens to agree with the one that built a package, it is reproduced.

${table(
  ['package', 'melange', 'cause', 'file that must differ', 'verdict', 'names the file'],
  goldens.filter((golden) => !golden.reproducible).map(irreproducibleRow),
)}
`;
}

function cell(group, version) {
  const golden = group.find(({ melange }) => melange === version);
  if (golden === undefined) return '';
  const verdict = verdictOf(golden);
  return verdict === 'reproduced' ? '●' : verdict;
}

function irreproducibleRow(golden) {
  const { verdict, reason, comparison } = verdicts.get(golden.file);
  const named = (comparison?.differences ?? []).some(({ path }) => path === golden.differs);
  return [
    basename(golden.file, '.apk'),
    golden.melange,
    golden.cause,
    `\`${golden.differs}\``,
    reason === undefined ? verdict : `${verdict}: ${reason}`,
    verdict === 'reproduced' ? '' : named ? 'yes' : 'no',
  ];
}

function byPackage(list) {
  const found = new Map();
  for (const golden of list) {
    const name = basename(golden.file, '.apk');
    found.set(name, [...(found.get(name) ?? []), golden]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function byVersion(a, b) {
  const numbers = (text) => text.slice(1).split('.').map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  return left.map((number, index) => number - right[index]).find((difference) => difference !== 0) ?? 0;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
