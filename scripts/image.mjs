/**
 * `node scripts/image.mjs [--twice] [FOLDER]`: the container image, as an OCI image layout in a folder that is missing or empty (docs/releasing.md).
 * `--twice` makes it once more elsewhere, from the packages on, and fails where the two differ. `--relock` takes the Debian packages that apt has now.
 * The program was built before; times are those of SOURCE_DATE_EPOCH, or 1970.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { fetchLocked, lockText, lockWithDependencies } from '../fixtures/lab/debs.mjs';
import { baseTree, user, wanted } from './image/base.mjs';
import { writeLayout } from './image/layout.mjs';
import { unpackInto } from './image/tree.mjs';
import { root } from './setup.mjs';

/** @typedef {import('./image/tree.mjs').Tree} Tree */

const { values, positionals } = parseArgs({
  options: { twice: { type: 'boolean' }, relock: { type: 'boolean' } },
  allowPositionals: true,
});
const lockFile = join(root, 'scripts/image/base.lock.json');
const nodeLock = JSON.parse(readFileSync(join(root, 'scripts/image/node.lock.json'), 'utf8'));
/** The Debian packages of the lab's environment lie here as well; a digest says which is meant. */
const debFolder = join(root, '.cache/lab/debs');
const { version, license, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

if (values.relock) {
  mkdirSync(debFolder, { recursive: true });
  writeFileSync(lockFile, lockText(lockWithDependencies(wanted, debFolder)));
} else await main(resolve(positionals[0] ?? 'image'));

/** @param {string} folder */
async function main(folder) {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0))
    fail(`${folder} is there and not empty: remove it, or name a different folder`);
  const digest = await build(folder);
  if (values.twice) {
    const second = mkdtempSync(join(tmpdir(), 'wolfi-repro-image-'));
    try {
      const again = await build(second);
      if (again !== digest) fail(`two images of the same files differ: ${digest} and ${again}`);
    } finally {
      rmSync(second, { recursive: true });
    }
  }
  const blobs = readdirSync(join(folder, 'blobs/sha256'));
  const size = blobs.reduce((all, blob) => all + statSync(join(folder, 'blobs/sha256', blob)).size, 0);
  console.log(`${digest}  ${folder} (${size} bytes${values.twice ? ', the same twice' : ''})`);
}

/**
 * @param {string} folder
 * @returns {Promise<string>} the digest of the manifest
 */
async function build(folder) {
  const seconds = process.env['SOURCE_DATE_EPOCH'] ?? '0';
  if (!/^\d{1,10}$/.test(seconds)) fail(`SOURCE_DATE_EPOCH is ${seconds}, and not seconds since 1970`);
  const time = new Date(Number(seconds) * 1000);
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const found = await fetchLocked(debFolder, lock);
  const missing = lock.filter((/** @type {{ name: string }} */ { name }) => !found.has(name));
  if (missing.length > 0)
    fail(
      `Debian packages that cannot be found: ${missing.map((/** @type {{ name: string }} */ { name }) => name).join(' ')}`,
    );
  const debs = [...found.values()].map(({ file }) => file);
  const image = {
    name: version,
    config: configOf(),
    layers: [
      { tree: await baseTree(debs), from: `${debs.length} Debian packages, scripts/image/base.lock.json` },
      { tree: await nodeTree(), from: `${nodeLock.name} ${nodeLock.version}, scripts/image/node.lock.json` },
      { tree: await programTree(), from: `wolfi-repro ${version}, npm pack` },
    ],
  };
  return writeLayout(folder, image, time);
}

function configOf() {
  return {
    User: `${user.id}:${user.id}`,
    Env: ['PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', `HOME=${user.home}`],
    Entrypoint: ['wolfi-repro'],
    WorkingDir: user.home,
    Labels: {
      'org.opencontainers.image.description': description,
      'org.opencontainers.image.licenses': license,
      'org.opencontainers.image.title': 'wolfi-repro',
      'org.opencontainers.image.version': version,
    },
  };
}

/** Node as npm has it: the program and its licences, without headers. */
async function nodeTree() {
  const kept = new Map([
    ['package/bin/node', 'usr/local/bin/node'],
    ['package/LICENSE', 'usr/local/share/doc/node/LICENSE'],
  ]);
  /** @type {Tree} */
  const tree = new Map();
  await unpackInto(tree, gunzipSync(fetchNode()), (path) => kept.get(path));
  if (tree.size !== kept.size) fail(`${nodeLock.name} ${nodeLock.version} lacks what is taken of it`);
  return tree;
}

/** The package of the lock, from npm or as it was fetched before; its integrity decides. */
function fetchNode() {
  const { name, version: wantedVersion, integrity } = nodeLock;
  const folder = join(root, '.cache/image');
  const file = join(folder, `${name}-${wantedVersion}.tgz`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) npmPack(folder, `${name}@${wantedVersion}`);
  const bytes = readFileSync(file);
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== integrity) fail(`${file} has the integrity ${found}, and the lock says ${integrity}`);
  return bytes;
}

/** The program as it is released. Its command line is one bundle, which needs nothing but Node. */
async function programTree() {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-pack-'));
  try {
    const packed = readFileSync(join(folder, npmPack(folder)));
    const home = 'usr/local/lib/node_modules/wolfi-repro';
    /** @type {Tree} */
    const tree = new Map();
    await unpackInto(tree, gunzipSync(packed), (path) => path.replace(/^package(?=\/|$)/, home));
    const program = `${home}/dist/bin/wolfi-repro.js`;
    const node = tree.get(program);
    if (node === undefined) fail('dist/bin is missing: npm run build');
    else node.mode = 0o755;
    tree.set('usr/local/bin/wolfi-repro', { type: 'symlink', mode: 0o777, linkname: `/${program}` });
    return tree;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The name of the file that npm wrote into a folder.
 * @param {string} folder
 * @param {readonly string[]} what packages; this one where there is none
 * @returns {string}
 */
function npmPack(folder, ...what) {
  const argv = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, ...what];
  return JSON.parse(execFileSync('npm', argv, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 }))[0]
    .filename;
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
