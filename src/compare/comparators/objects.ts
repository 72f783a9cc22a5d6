/** Formats of fixed layout, each of which a reader below `formats/` takes apart: executables, fonts, caches, compiled modules, file systems. */

import { readBeam } from '../../formats/beam.ts';
import { isBerkeleyDb, readBerkeleyDb } from '../../formats/berkeley-db.ts';
import { isFont, readFont } from '../../formats/font.ts';
import { fontconfigMagic, readFontconfigCache } from '../../formats/fontconfig-cache.ts';
import { readIconCache } from '../../formats/icon-cache.ts';
import { classMagic, readJavaClass } from '../../formats/java-class.ts';
import { readPe } from '../../formats/pe-layout.ts';
import { isRData, readRData } from '../../formats/r-data.ts';
import { readRubyMarshal, rubyMarshalMagic } from '../../formats/ruby-marshal.ts';
import { readSquashfs, squashfsMagic } from '../../formats/squashfs.ts';
import type { Structure } from '../../formats/structured-value.ts';
import { bothBegin, type Comparator, hasBytesAt, inflateBound } from './comparator.ts';
import { laidOut } from './laid-out.ts';
import { numbered } from './parts.ts';

/** A `matches` that asks both contents. */
const both =
  (is: (bytes: Uint8Array) => boolean): Comparator['matches'] =>
  (published, rebuilt) =>
    is(published) && is(rebuilt);

export const pe: Comparator = laidOut('pe', bothBegin(0x4d, 0x5a), (bytes) => {
  const read = readPe(bytes);
  return read === undefined ? undefined : { values: read.values, pieces: read.sections };
});

/** Tables whose values are spelled out; their bytes are compared where no value of theirs differs. */
const spelledOut = ['head', 'name'];

export const font: Comparator = laidOut('font', both(isFont), (bytes, _most, context) => {
  const read = readFont(bytes, inflateBound(context));
  if (read === undefined) return undefined;
  const pieces = [...read.tables].filter(([tag]) => !spelledOut.includes(tag));
  return { values: read.values, pieces: new Map(pieces) };
});

const isClass = bothBegin(...classMagic);

/** Mach-O files for several processors begin alike, so the name decides. */
export const javaClass: Comparator = laidOut(
  'java-class',
  (published, rebuilt, path) => /\.class$/.test(path) && isClass(published, rebuilt, path),
  (bytes, most) => {
    const read = readJavaClass(bytes, most);
    return read === undefined ? undefined : { structure: read.structure, pieces: read.code };
  },
);

export const beam: Comparator = laidOut('beam', bothBegin(0x46, 0x4f, 0x52, 0x31), (bytes, most, context) => {
  const read = readBeam(bytes, most, inflateBound(context));
  return read === undefined ? undefined : { structure: read.known, pieces: read.others };
});

export const fontconfigCache: Comparator = laidOut(
  'fontconfig-cache',
  bothBegin(...fontconfigMagic),
  (bytes) => {
    const read = readFontconfigCache(bytes);
    return read === undefined ? undefined : { values: read.values, pieces: new Map([['fonts', read.body]]) };
  },
);

export const iconCache: Comparator = laidOut(
  'icon-cache',
  (published, rebuilt, path) =>
    path.endsWith('icon-theme.cache') && hasBytesAt(published, [0, 1]) && hasBytesAt(rebuilt, [0, 1]),
  (bytes, most) => structured(readIconCache(bytes, most)),
);

export const rubyMarshal: Comparator = laidOut(
  'ruby-marshal',
  bothBegin(...rubyMarshalMagic),
  (bytes, most) => structured(readRubyMarshal(bytes, most)),
);

export const rData: Comparator = laidOut('r-data', both(isRData), (bytes, most) => readRData(bytes, most));

export const berkeleyDb: Comparator = laidOut('berkeley-db', both(isBerkeleyDb), (bytes, most) => {
  const read = readBerkeleyDb(bytes, most);
  if (read === undefined) return undefined;
  const keys = numbered(read.records.map(([key]) => key));
  const structure = new Map<string, Structure>(read.records.map(([, value], at) => [keys[at]!, value]));
  return { values: read.values, structure };
});

export const squashfs: Comparator = laidOut('squashfs', bothBegin(...squashfsMagic), async (bytes, most) => {
  const read = await readSquashfs(bytes, most);
  if (read === undefined) return undefined;
  return { values: read.values, ...(read.listing === undefined ? {} : { structure: read.listing }) };
});

function structured(structure: Structure | undefined) {
  return structure === undefined ? undefined : { structure };
}
