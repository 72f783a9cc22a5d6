/**
 * The files in which production's scan may find something. Where the scan is not repeated, a document without found elements is accepted
 * only because there is nothing to find; otherwise anybody could remove elements from an SBOM by leaving them out. So these tables
 * must know every kind of file that syft has an element for, and may know more.
 */

import { posix } from 'node:path';
import type { Tree, TreeEntry } from '../../../execute/tree.ts';
import type { Content } from '../../../formats/content.ts';
import { largest } from '../../../lists.ts';
import { chunksOf } from '../../tar-entries.ts';
import type { Reader, ReadPaths } from './found-packages.ts';

/** Files by their names, ignoring case, in any folder. */
interface Places {
  readonly names: readonly RegExp[];
  /** Files that count only in certain folders: the folders, and the rest of the path, which alone decides where folders are links. */
  readonly inFolders: readonly (readonly [folders: RegExp, last: RegExp])[];
}

/** Files that a reader of our own can have read. */
const wheels = /\.whl$/i;
const distributions = /(dist|egg)-info(\/|$)/i;
const gems = /\.gemspec$/i;
const nodePackages = /(^|\/)package\.json$/i;
const readNames: Readonly<Record<Reader, RegExp | undefined>> = {
  go: undefined,
  'dist-info': distributions,
  wheel: wheels,
  gem: gems,
  npm: nodePackages,
};

/** The files that only production's own cataloguers look into: no stock syft repeats these (wolfictl v0.39.22 pkg/sbom/catalogers). */
const ownPlaces: Places = {
  names: [/(^|\/)angular[^/]*\.min\.js$/i, wheels],
  inFolders: [[/(^|\/)pip\/_vendor\/vendor\.txt$/i, /(^|\/)vendor\.txt$/i]],
};

/**
 * The files that syft's cataloguers for images look into, v1.32.0 to v1.51.0. Those whose elements are of type `binary`, and those that
 * production leaves out, are not among them.
 */
const stockPlaces: Places = {
  names: [
    /(^|\/)(conaninfo\.txt|conan\.lock|conanfile\.txt|vcpkg\.json)$/i,
    nodePackages,
    /(^|\/)(installed|packages\.lock)\.json$/i,
    /\.deps\.json$/i,
    /\.(dll|exe|bpl)$/i,
    /(^|\/)description$/i,
    gems,
    /\.rockspec$/i,
    distributions,
    /\.(jar|war|ear|par|sar|nar|jpi|hpi|kar|far|lpkg|rar|zap|zip)$/i,
    /(^|\/)release$/i,
    // Programs that syft knows by name and gives another type than `binary`.
    /(^|\/)(consul|fluent-bit|helm|vault)$/i,
    /(^|\/)(kernel|vmlinu[xz]|b?zimage)(-[^/]*)?$/i,
    /\.(gguf|safetensors)$/i,
  ],
  inFolders: [
    [/(^|\/)lib\/modules\//i, /\.ko(\.[a-z0-9]+)?$/i],
    [/(^|\/)\.registry\//i, /\.reg$/i],
    [/(^|\/)wp-content\/plugins\/[^/]+\/[^/]+\.php$/i, /\.php$/i],
    [/\.app\/contents\/info\.plist$/i, /(^|\/)info\.plist$/i],
    // Other package managers.
    [/(^|\/)lib\/apk\/db\/installed$/i, /(^|\/)installed$/i],
    [/(^|\/)lib\/pacman\/local\//i, /desc$/i],
    [/(^|\/)lib\/(dpkg|opkg)\/status$/i, /(^|\/)status$/i],
    [/(^|\/)lib\/dpkg\/status\.d\//i, /(^|\/)status\.d(\/|$)/i],
    [/(^|\/)lib\/opkg\/info\/[^/]*\.control$/i, /\.control$/i],
    [/(^|\/)db\/pkg\/[^/]+\/[^/]+\/contents$/i, /(^|\/)contents$/i],
    [/(^|\/)nix\/store\//i, /(^|\/)store(\/|$)/i],
    [/(^|\/)nix\/var\/nix\/db\//i, /(^|\/)db\.sqlite$/i],
    [/(^|\/)conda-meta\//i, /(^|\/)conda-meta$/i],
    [/(^|\/)(cellar|library\/taps)\//i, /\.rb$/i],
    [/(^|\/)(meta|snap)\/(snap|manifest|snapcraft)\.yaml$/i, /(^|\/)(snap|manifest|snapcraft)\.yaml$/i],
    [/(^|\/)usr\/share\/snappy\/dpkg\.yaml$/i, /(^|\/)dpkg\.yaml$/i],
    [/(^|\/)doc\/linux-modules-[^/]*\/changelog\.debian\.gz$/i, /(^|\/)changelog\.debian\.gz$/i],
    [/(^|\/)opt\/bitnami\//i, /\.spdx$/i],
  ],
};

/** Texts in programs by which syft knows what was linked into them: Go, Rust, Java, .NET; and packed programs, which hide them. */
const goMark = Buffer.from('\xff Go buildinf:', 'latin1');
const marks: readonly Buffer[] = [
  goMark,
  Buffer.from('.dep-v0', 'latin1'),
  Buffer.from('.rust-deps-v0', 'latin1'),
  Buffer.from('svm_version_info', 'latin1'),
  Buffer.from('8b1202b96a612038727b930214d7a032', 'hex'),
  Buffer.from('UPX!', 'latin1'),
];
const longestMark = largest(
  marks.map(({ length }) => length),
  0,
);

/** The first bytes of programs: ELF, PE, Mach-O of both kinds and byte orders, and files that hold several of these. */
const programStarts = ['7f454c46', '4d5a', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'];

const mostPaths = 5;

/**
 * The first few paths of a tree that production's scan may find something in and that were not scanned here.
 * @param scanned whether a stock syft scanned the tree
 * @param read paths that were read here as production's scan reads them
 */
export function unscannedPaths(tree: Tree, scanned: boolean, read: ReadPaths = new Map()): string[] {
  const places = scanned ? [ownPlaces] : [ownPlaces, stockPlaces];
  const linked = linksFolders(tree);
  const isPlace = ({ names, inFolders }: Places, path: string, known: RegExp | undefined) =>
    names.some((name) => name !== known && name.test(path)) ||
    inFolders.some(([folders, last]) => last.test(path) && (linked || folders.test(path)));
  const paths: string[] = [];
  for (const { path, type, content } of tree.entries) {
    if (paths.length === mostPaths) break;
    const reader = read.get(path);
    const known = reader === undefined ? undefined : readNames[reader];
    const named = places.some((each) => isPlace(each, path, known));
    const looked = reader === 'go' ? marks.filter((mark) => mark !== goMark) : marks;
    if (named || (!scanned && type === 'file' && isMarkedProgram(content, looked))) paths.push(path);
  }
  return paths;
}

/** Whether files have further paths through a link to a folder of the tree; a link that leads through a different link is found by that one. */
function linksFolders(tree: Tree): boolean {
  return tree.entries.some((entry) => entry.type === 'symlink' && leadsToFolder(tree, entry));
}

const mostLinks = 40;

function leadsToFolder(tree: Tree, link: TreeEntry): boolean {
  let at: TreeEntry | undefined = link;
  for (let links = 0; at?.type === 'symlink' && links < mostLinks; links += 1) {
    const folder = at.target.startsWith('/') ? '' : at.path.split('/').slice(0, -1).join('/');
    const path: string = posix.resolve('/', folder, at.target).slice(1);
    if (path === '') return true;
    at = tree.get(path);
  }
  return at?.type === 'directory';
}

function isMarkedProgram(content: Content, looked: readonly Buffer[]): boolean {
  const start = Buffer.from(content.read(0, 4)).toString('hex');
  if (!programStarts.some((each) => start.startsWith(each))) return false;
  let end = Buffer.alloc(0);
  for (const chunk of chunksOf(content)) {
    const joined = Buffer.concat([end, chunk]);
    if (looked.some((mark) => joined.includes(mark))) return true;
    end = joined.subarray(Math.max(0, joined.length - longestMark));
  }
  return false;
}
