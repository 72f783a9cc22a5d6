/** The elements of a published SBOM that a scan found, read again from the package's own files: no rebuild is needed. */
import type { Apk } from '../apk/apk.ts';
import { entryPath } from '../apk/entry-rules.ts';
import { defaultLimits } from '../apk/limits.ts';
import { readApk } from '../apk/read-apk.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Claim } from '../claim/claim.ts';
import { isFound } from '../claim/sbom/found.ts';
import { isSbomOf } from '../claim/sbom/sbom-entry.ts';
import type { Scan } from '../emit/sbom/production/found-packages.ts';
import { catalogue } from '../emit/sbom/production/language/catalogue.ts';
import { type EntryType, type Tree, treeOf } from '../execute/tree.ts';
import { Failure } from '../failure.ts';
import { contentOf, emptyContent } from '../formats/content.ts';
import { inferRecord } from './production/infer.ts';

const mebibyte = 1024 * 1024;
/** The most bytes that are kept of each file that an element names. */
const keptBytes = 256 * mebibyte;

/**
 * The scan of the files that elements name, where it gives exactly what these elements say; undefined where they name none, or more
 * than is read here. Whether the package holds more than the elements say is not examined.
 */
export async function scanNamed(
  source: ByteSource,
  { apk, claim }: { readonly apk: Apk; readonly claim: Claim },
): Promise<Scan | undefined> {
  const trait = claim.traits.sbomGenerator === 'production' ? inferRecord({ apk, claim }) : undefined;
  const named = namedPaths(claim);
  if (trait === undefined || named.size === 0) return undefined;
  const isWanted = (path: string) => named.has(path) || named.has(path.slice(0, path.lastIndexOf('/')));
  try {
    const read = await readApk(source, { limits: { ...defaultLimits, keptBytes }, keep: isWanted });
    return catalogue(treeOfPackage(read), trait.variant.form, trait.found);
  } catch (failure) {
    // The file is too large to be held in memory.
    if (failure instanceof Failure && failure.class !== 'internal') return undefined;
    throw failure;
  }
}

/** The files that elements name, and the folders of distributions. */
function namedPaths({ sbom }: Claim): ReadonlySet<string> {
  const elements = sbom?.kind === 'readable' ? sbom.elements : [];
  const paths = elements
    .filter(({ sourceInfo }) => sourceInfo !== undefined && isFound({ sourceInfo }))
    .flatMap(({ sourceInfo = '' }) => sourceInfo.slice(sourceInfo.indexOf(': ') + 2).split(', '));
  return new Set(paths.flatMap((path) => [path, ...(/^.*\.dist-info(?=\/)/.exec(path) ?? [])]));
}

const types: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '1': 'file',
  '2': 'symlink',
  '5': 'directory',
};

function treeOfPackage(apk: Apk): Tree {
  const isSbom = isSbomOf(apk);
  return treeOf(
    apk.data.entries
      .filter((entry) => !isSbom(entry) && types[entry.type] !== undefined)
      .map((entry) => ({
        path: entryPath(entry),
        type: types[entry.type]!,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        target: entry.linkname,
        xattrs: [],
        content: entry.content === undefined ? emptyContent : contentOf(entry.content),
      })),
  );
}
