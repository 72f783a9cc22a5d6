/** The lowest layer of the image: Debian packages as a lock pins them, and what their scripts would have made. */
import { execFileSync } from 'node:child_process';
import { unpackInto } from './tree.mjs';

/** @typedef {import('./tree.mjs').Tree} Tree */

/** The packages that the program needs or that a root file system needs; the lock has all that they depend on as well. */
export const wanted = [
  'base-files',
  'base-passwd',
  'bubblewrap',
  'ca-certificates',
  'coreutils',
  'dash',
  'git',
  'iproute2',
  'libc-bin',
  'libstdc++6',
  'mount',
  'tar',
  'uidmap',
  'util-linux',
];

/** The user that a container runs as. */
export const user = { name: 'wolfi', id: 1000, home: '/home/wolfi' };

/** Debian 12 has these as links into `usr`, which its packages do not say: what makes a root file system does. */
const merged = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin'];

/** Of the documentation only what names the licences stays. */
const dropped = /^usr\/share\/(doc\/(?![^/]+(\/copyright)?$)|(bug|info|lintian|locale|man)(\/|$))/;

/** What gives an ordinary user the identifiers that a build needs; every other setuid or setgid bit is taken away. */
const setuid = new Set(['usr/bin/newgidmap', 'usr/bin/newuidmap']);

/**
 * Where a path of a Debian package goes; undefined for what is left out.
 * @param {string} path
 */
function placeInBase(path) {
  const [top = ''] = path.split('/', 1);
  const place = merged.includes(top) ? `usr/${path}` : path;
  return dropped.test(place) ? undefined : place;
}

/**
 * The tree of Debian packages.
 * @param {readonly string[]} debs files
 * @returns {Promise<Tree>}
 */
export async function baseTree(debs) {
  /** @type {Tree} */
  const tree = new Map();
  for (const link of ['bin', 'lib', 'lib64', 'sbin'])
    tree.set(link, { type: 'symlink', mode: 0o777, linkname: `usr/${link}` });
  const records = [];
  for (const deb of debs) {
    await unpackInto(tree, dpkgDeb('--fsys-tarfile', deb), placeInBase);
    records.push(
      dpkgDeb('--field', deb)
        .toString()
        .replace(/^(Package: .*)$/m, '$1\nStatus: install ok installed'),
    );
  }
  for (const [path, node] of tree)
    if (node.type === 'file' || node.type === 'link') node.mode &= setuid.has(path) ? 0o7777 : 0o777;
    else if (node.type === 'directory') node.mode &= 0o1777;
  // What scanners of images read, and dpkg itself.
  put(tree, 'var/lib/dpkg/status', `${records.join('\n')}\n`);
  configure(tree);
  return tree;
}

/**
 * What the scripts of the packages would have made, and the user.
 * @param {Tree} tree
 */
function configure(tree) {
  const passwd = `${textOf(tree, 'usr/share/base-passwd/passwd.master')}${user.name}:x:${user.id}:${user.id}::${user.home}:/bin/sh\n`;
  put(tree, 'etc/passwd', passwd);
  put(tree, 'etc/group', `${textOf(tree, 'usr/share/base-passwd/group.master')}${user.name}:x:${user.id}:\n`);
  for (const file of ['etc/subuid', 'etc/subgid']) put(tree, file, `${user.name}:100000:65536\n`);
  put(tree, 'etc/nsswitch.conf', textOf(tree, 'usr/share/libc-bin/nsswitch.conf'));
  const certificates = [...tree.keys()]
    .filter((path) => /^usr\/share\/ca-certificates\/.*\.crt$/.test(path))
    .sort();
  put(tree, 'etc/ssl/certs/ca-certificates.crt', certificates.map((path) => textOf(tree, path)).join(''));
  tree.set(user.home.slice(1), { type: 'directory', mode: 0o755, owner: user.id });
}

/** @param {Tree} tree @param {string} path @param {string} text */
const put = (tree, path, text) => tree.set(path, { type: 'file', mode: 0o644, data: Buffer.from(text) });

/** @param {Tree} tree @param {string} path */
function textOf(tree, path) {
  const data = tree.get(path)?.data;
  if (data === undefined) throw new Error(`the packages of the lock have no ${path}`);
  return data.toString();
}

/** @param {'--field' | '--fsys-tarfile'} what @param {string} deb */
const dpkgDeb = (what, deb) => execFileSync('dpkg-deb', [what, deb], { maxBuffer: 2 ** 30 });
