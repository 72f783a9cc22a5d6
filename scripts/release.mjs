/**
 * `node scripts/release.mjs [--tag TAG] FOLDER`: what a release consists of: the package for npm, packed twice and compared, its SHA-256, and its
 * notes out of CHANGELOG.md. Fails where something still has to be decided or written (docs/releasing.md). The program was built before.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './setup.mjs';

const { values, positionals } = parseArgs({
  options: { tag: { type: 'string' } },
  allowPositionals: true,
});
const [folder = 'release'] = positionals;
/** @type {{ version: string, homepage: string }} */
const { version, homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const notes = notesOf(version);

const faults = [
  ...(values.tag === undefined || values.tag === `v${version}`
    ? []
    : [`the tag is ${values.tag}, and package.json says ${version}`]),
  // RFC 6761 §6.4; an address below it is nobody's.
  ...(new URL(homepage).hostname.endsWith('.invalid')
    ? [`the home is still the placeholder ${homepage} (src/home.ts and package.json)`]
    : []),
  ...(notes === undefined ? [`CHANGELOG.md has no section for ${version}`] : []),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);

const out = resolve(folder);
mkdirSync(out, { recursive: true });
const name = pack(out);
const packed = readFileSync(join(out, name));
const second = mkdtempSync(join(tmpdir(), 'wolfi-repro-release-'));
try {
  if (!packed.equals(readFileSync(join(second, pack(second))))) {
    console.error('two packs of the same folder differ');
    process.exit(1);
  }
} finally {
  rmSync(second, { recursive: true });
}
const digest = createHash('sha256').update(packed).digest('hex');
writeFileSync(join(out, 'SHA256SUMS'), `${digest}  ${name}\n`);
writeFileSync(join(out, 'NOTES.md'), notes ?? '');
console.log(`${digest}  ${join(folder, name)}`);

/**
 * The file that npm wrote below a folder.
 * @param {string} where
 * @returns {string}
 */
function pack(where) {
  const argv = ['pack', '--ignore-scripts', '--json', '--pack-destination', where];
  const { status, stdout, stderr } = spawnSync('npm', argv, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout)[0].filename;
}

/**
 * What CHANGELOG.md says of a version.
 * @param {string} wanted
 * @returns {string | undefined}
 */
function notesOf(wanted) {
  const sections = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(/^## /m);
  const section = sections.find((each) => each.split(/[\s,]/, 1)[0] === wanted);
  return section?.slice(section.indexOf('\n')).trim().concat('\n');
}
