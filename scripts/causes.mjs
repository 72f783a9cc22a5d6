/**
 * `npm run causes`: rebuilds every golden of the lab that is not reproducible, twice, and writes to docs/causes.md which causes were
 * named, what further builds showed, and whether the counterfactual proved the explanation complete. Fails where a file
 * that must differ was not found, where a planted cause was not named, or where a different one was.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { byVersion, table, verdictText, verifyFiles } from './page.mjs';
import { build, installPackages, makeEnvironment, requireNode, root } from './setup.mjs';

/** @typedef {import('../test/support/lab.ts').Golden} Golden */
/** @typedef {import('./page.mjs').Reported} Reported */

const document = join(root, 'docs/causes.md');
const lab = join(root, 'fixtures/lab');
/** @type {Record<string, { causes: string[], factors?: string[], mayAgree?: boolean }>} */
const planted = JSON.parse(readFileSync(join(root, 'fixtures/causes.json'), 'utf8'));

/** @type {Readonly<Record<string, string>>} */
const trials = {
  stable: 'are the same',
  unstable: 'differ from each other',
  'build-failed': 'fail',
  'not-tried': '',
};

requireNode();
installPackages();
build();
const environment = makeEnvironment();
if (environment === undefined) process.exit(1);
const repository = environment;
/** @type {Golden[]} */
const all = JSON.parse(readFileSync(join(lab, 'goldens.json'), 'utf8'));
const goldens = all.filter((each) => !each.reproducible);
/** @type {string[][]} */
const rows = [];
/** @type {string[]} */
const defects = [];
for (const factors of new Set(goldens.map(factorsOf))) {
  const group = goldens.filter((golden) => factorsOf(golden) === factors);
  console.error(`${group.length} packages, --vary ${factors}`);
  const results = verify(group, factors.split(' '));
  for (const [index, golden] of group.entries()) judge(golden, /** @type {Reported} */ (results[index]));
}
rows.sort(([a = '', b = ''], [c = '', d = '']) => (a === c ? byVersion(b, d) : a < c ? -1 : 1));
writeFileSync(document, page());
for (const defect of defects) console.error(defect);
process.exitCode = defects.length === 0 ? 0 : 1;

/** @param {Golden} golden */
function nameOf(golden) {
  return basename(golden.recipe, '.yaml');
}

/** @param {Golden} golden */
function factorsOf(golden) {
  return (plantedIn(golden).factors ?? ['auto']).join(' ');
}

/** @param {Golden} golden */
function plantedIn(golden) {
  const found = planted[nameOf(golden)];
  if (found === undefined) throw new Error(`fixtures/causes.json has no ${nameOf(golden)}`);
  return found;
}

/**
 * @param {readonly Golden[]} group
 * @param {readonly string[]} factors
 */
function verify(group, factors) {
  const trust = ['--key', join(lab, 'lab.rsa.pub'), '--repository', repository];
  const builds = [
    '--repeat',
    '2',
    '--pin',
    'auto',
    '--try-fix',
    ...factors.flatMap((factor) => ['--vary', factor]),
  ];
  return verifyFiles(
    [...trust, ...builds],
    group.map(({ file }) => join(lab, file)),
  );
}

/**
 * @param {Golden} golden
 * @param {Reported} result
 */
function judge(golden, result) {
  const { causes: expected, mayAgree = false } = plantedIn(golden);
  const differences = (result.comparison?.differences ?? []).filter(({ causes }) => causes !== undefined);
  const named = [...new Set(differences.flatMap(({ causes = [] }) => causes.map(({ kind }) => kind)))].sort();
  const verdict = verdictText(result);
  /** @param {string} what */
  const complain = (what) => defects.push(`${golden.file}: ${what}`);
  if (result.verdict !== 'reproduced') {
    const paths = [...new Set(differences.map(({ path }) => path))];
    if (paths.join() !== golden.differs) complain(`differs in ${paths.join(', ')}, not in ${golden.differs}`);
    const wrong = named.filter((kind) => !expected.includes(kind));
    if (wrong.length > 0) complain(`wrongly named ${wrong.join(', ')}`);
    if (!expected.some((kind) => named.includes(kind))) complain(`none of ${expected.join(', ')} was named`);
    if (result.explanation?.explained !== 'proven') complain(`explained: ${result.explanation?.explained}`);
    if (result.fixes?.trial?.outcome === 'build-failed')
      complain('cannot be built with the change that was printed');
  } else if (!mayAgree) complain('is reproduced');
  rows.push([
    nameOf(golden),
    golden.melange,
    (golden.cause ?? '').replaceAll('_', '\\_'),
    `\`${golden.differs}\``,
    verdict,
    named.map((kind) => `[${kind}](differences/${kind}.md)`).join(', '),
    ownBuilds(result.triangulation, verdict),
    factorsText(result.triangulation),
    heldText(result.triangulation),
    result.explanation === undefined ? '' : explained(result.explanation),
    changedLines(result.fixes),
    trialText(result.fixes?.trial),
  ]);
}

/**
 * @param {Reported['triangulation']} triangulation
 * @param {string} verdict
 */
function ownBuilds(triangulation, verdict) {
  if (triangulation === undefined) return '';
  if (triangulation.unstable.length > 0) return 'differ from each other';
  return verdict === 'reproduced' ? 'are the same' : 'are the same, the published file is not';
}

/** @param {Reported['triangulation']} triangulation */
function factorsText(triangulation) {
  const changing = (triangulation?.factors ?? []).filter(({ outcome }) => outcome === 'changes-bytes');
  return changing.map(({ factor }) => factor).join(', ');
}

/** @param {Reported['triangulation']} triangulation */
function heldText(triangulation) {
  const agreeing = (triangulation?.held ?? []).filter(({ outcome }) => outcome === 'agrees');
  // What is held alone says more than what is held together with others.
  const alone = agreeing.filter(({ held }) => held.length === 1);
  return (alone.length > 0 ? alone : agreeing).map(({ held }) => held.join(' + ')).join(', ');
}

/** @param {NonNullable<Reported['explanation']>} explanation */
function explained({ explained: state, substitutions = [], minimal }) {
  const values = substitutions.map(({ kind, path }) => `${kind} of \`${path}\``).join(', ');
  return `${state}: ${values}${minimal ? '' : ', perhaps more than needed'}`;
}

/** @param {Reported['fixes']} fixes */
function changedLines(fixes) {
  const changes = (fixes?.fixes ?? []).flatMap(({ changes: each }) => each);
  return [...new Set(changes.map(({ becomes }) => code(becomes.trim())))].join('<br>');
}

/** @param {string} text */
function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

/** @param {NonNullable<Reported['fixes']>['trial']} trial */
function trialText(trial) {
  return trial === undefined ? '' : (trials[trial.outcome] ?? trial.outcome);
}

function page() {
  const header = [
    'package',
    'melange',
    'planted cause',
    'file that must differ',
    'verdict',
    'causes named',
    'our own builds',
    'changes with',
    'agrees with, held',
    'counterfactual',
    'line that was printed as the fix',
    'our own builds with it',
  ];
  return `# Causes

Made by \`npm run causes\`: the packages of the lab that cannot be reproduced, because their recipes have a planted reason. Each was rebuilt
with \`--repeat 2\`, \`--vary\`, \`--pin auto\` and \`--try-fix\`. The command fails where a file other than the planted one differs, where the planted cause is not named, where a different
one is, or where a package cannot be built with the fix that was printed. Where no line is printed, nothing can be done in one: what to do is said in words. A package of which this machine happens to make the same bytes is \`reproduced\`, and there is nothing to explain.

${table(header, rows)}
`;
}
