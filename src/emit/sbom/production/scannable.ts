/**
 * What production's scan may find something in. Where nobody repeats the scan, a document without found elements rests on
 * there being nothing to find, and whoever wants elements gone from an SBOM need only leave them out: so this must know
 * every kind of file that syft has an element for, and may know more.
 */
import type { Content, Tree } from '../../../build/tree.ts';
import { chunksOf } from '../../entries.ts';

/** Files that only cataloguers of production's own look into: no stock syft repeats these (wolfictl v0.39.22 pkg/sbom/catalogers). */
const ownPaths: readonly RegExp[] = [
  /(^|\/)angular[^/]*\.min\.js$/i,
  /(^|\/)pip\/_vendor\/vendor\.txt$/i,
  /\.whl$/i,
];

/**
 * Files that syft's cataloguers for images look into, v1.32.0 to v1.51.0, in any case of letters. Those whose elements are of type
 * `binary`, and those that production leaves out, are not among them.
 */
const stockPaths: readonly RegExp[] = [
  // Databases of other package managers.
  /(^|\/)lib\/apk\/db\/installed$/i,
  /(^|\/)lib\/pacman\/local\/.*desc$/i,
  /(^|\/)lib\/(dpkg\/status(\.d\/.*)?|opkg\/(status|info\/[^/]*\.control))$/i,
  /(^|\/)db\/pkg\/[^/]+\/[^/]+\/contents$/i,
  /(^|\/)nix\/(store\/|var\/nix\/db\/)/i,
  /(^|\/)conda-meta\//i,
  /(^|\/)(cellar\/.*\/\.brew|library\/taps\/.*)\/[^/]*\.rb$/i,
  /(^|\/)(meta\/snap|usr\/share\/snappy\/dpkg|snap\/(manifest|snapcraft))\.yaml$/i,
  /(^|\/)doc\/linux-modules-[^/]*\/changelog\.debian\.gz$/i,
  /(^|\/)opt\/bitnami\/.*\.spdx$/i,
  // Languages.
  /(^|\/)(conaninfo\.txt|conan\.lock|conanfile\.txt|vcpkg\.json)$/i,
  /(^|\/)(package|installed|packages\.lock)\.json$/i,
  /\.deps\.json$/i,
  /\.(dll|exe|bpl)$/i,
  /(^|\/)\.registry\/.*\.reg$/i,
  /(^|\/)description$/i,
  /\.(gemspec|rockspec)$/i,
  /(dist|egg)-info(\/|$)/i,
  /\.(jar|war|ear|par|sar|nar|jpi|hpi|kar|far|lpkg|rar|zap|zip)$/i,
  /(^|\/)release$/i,
  /(^|\/)wp-content\/plugins\/[^/]+\/[^/]+\.php$/i,
  // Kernels, models, bundles.
  /(^|\/)(kernel|vmlinu[xz]|b?zimage)(-[^/]*)?$/i,
  /(^|\/)lib\/modules\/.*\.ko(\.[a-z0-9]+)?$/i,
  /\.(gguf|safetensors)$/i,
  /\.app\/contents\/info\.plist$/i,
];

/** Texts in programs by which syft knows what was linked into them: Go, Rust, Java, .NET; and packed programs, which hide them. */
const marks: readonly Buffer[] = [
  Buffer.from('\xff Go buildinf:', 'latin1'),
  Buffer.from('.dep-v0', 'latin1'),
  Buffer.from('.rust-deps-v0', 'latin1'),
  Buffer.from('svm_version_info', 'latin1'),
  Buffer.from('8b1202b96a612038727b930214d7a032', 'hex'),
  Buffer.from('UPX!', 'latin1'),
];
const longestMark = Math.max(...marks.map(({ length }) => length));

/** Beginnings of programs: ELF, PE, Mach-O of both kinds and byte orders, and several of these in one file. */
const programStarts = ['7f454c46', '4d5a', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'];

const mostPaths = 5;

/**
 * The first few paths of a tree that production's scan may find something in and that were not scanned here.
 * @param scanned whether a stock syft scanned the tree
 */
export function unscannedPaths(tree: Tree, scanned: boolean): string[] {
  const patterns = scanned ? ownPaths : [...ownPaths, ...stockPaths];
  const paths: string[] = [];
  for (const { path, type, content } of tree.entries) {
    if (paths.length === mostPaths) break;
    const named = patterns.some((pattern) => pattern.test(path));
    if (named || (!scanned && type === 'file' && isMarkedProgram(content))) paths.push(path);
  }
  return paths;
}

function isMarkedProgram(content: Content): boolean {
  const start = Buffer.from(content.read(0, 4)).toString('hex');
  if (!programStarts.some((each) => start.startsWith(each))) return false;
  let end = Buffer.alloc(0);
  for (const chunk of chunksOf(content)) {
    const joined = Buffer.concat([end, chunk]);
    if (marks.some((mark) => joined.includes(mark))) return true;
    end = joined.subarray(Math.max(0, joined.length - longestMark));
  }
  return false;
}
