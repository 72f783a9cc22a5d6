/** Which pages the site has, under which headings, and in which order. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

/**
 * @typedef {object} Group
 * @property {string} title
 * @property {readonly string[]} paths of the pages, from the folder of the project
 * @property {boolean} [isLong] whether its pages are listed only on their own pages
 */

/** @type {readonly Group[]} */
const groups = [
  {
    title: 'Start',
    paths: [
      'docs/README.md',
      'README.md',
      'docs/guides/verifier.md',
      'docs/guides/ci-engineer.md',
      'docs/guides/researcher.md',
    ],
  },
  {
    title: 'Use',
    paths: [
      ...named('inputs', 'network', 'emulation', 'configuration', 'ci', 'policy', 'attestations'),
      ...named('sweep', 'status', 'dataset', 'workers', 'library'),
    ],
  },
  {
    title: 'What is shown',
    paths: [...named('verdicts', 'trust', 'reports', 'formats', 'glossary'), 'SECURITY.md'],
  },
  { title: 'Reference', paths: named('commands', 'schemas', 'api') },
  {
    title: 'What was measured',
    paths: named('fidelity', 'causes', 'cases', 'mutants', 'fuzz', 'scale', 'trust-tests'),
  },
  {
    title: 'How it works',
    paths: [
      ...named(
        'architecture',
        'sandbox-gate',
        'production-sbom',
        'pins',
        'registries',
        'extending',
        'releasing',
      ),
      'CONTRIBUTING.md',
      'CHANGELOG.md',
    ],
  },
  {
    title: 'Causes of differences',
    paths: ['docs/differences/README.md', ...folder('docs/differences')],
    isLong: true,
  },
  { title: 'melange', paths: folder('docs/melange'), isLong: true },
  { title: 'Decisions', paths: ['docs/decisions/README.md', ...folder('docs/decisions')], isLong: true },
];

/**
 * The groups; fails where a page of docs/ is in none of them.
 * @param {ReadonlyMap<string, string>} made pages that are not files
 * @returns {readonly Group[]}
 */
export function contents(made) {
  const listed = new Set(groups.flatMap(({ paths }) => paths));
  const files = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  for (const path of files)
    if (!listed.has(path)) throw new Error(`${path} has no place in scripts/docs/contents.mjs`);
  for (const path of made.keys()) if (!listed.has(path)) throw new Error(`${path} has no place`);
  return groups;
}

/** @param {readonly string[]} names */
function named(...names) {
  return names.map((name) => `docs/${name}.md`);
}

/** @param {string} path */
function folder(path) {
  const names = readdirSync(join(root, path)).filter((name) => name.endsWith('.md'));
  // The page of a folder comes first.
  return names
    .sort((a, b) => Number(b === 'README.md') - Number(a === 'README.md') || (a < b ? -1 : 1))
    .map((name) => `${path}/${name}`);
}
