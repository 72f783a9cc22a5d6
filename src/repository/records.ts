/** The records of an index, read in place: a table of positions in the text, sorted by name and version. */
import { decodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { type PackageName, type PackageVersion, parsePackageName, parsePackageVersion } from '../names.ts';

/** A record; fields by their letter, as written. */
export interface IndexRecord {
  readonly name: PackageName;
  readonly version: PackageVersion;
  /** `Q1` and base64: the SHA-1 of the compressed control section. */
  readonly checksum: string;
  readonly arch: string;
  readonly fileSize: number;
  readonly installedSize: string;
  readonly description: string;
  readonly url: string;
  readonly license: string;
  readonly origin: string;
  readonly maintainer: string;
  readonly buildTime: string;
  readonly commit: string;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
  readonly providerPriority: string;
}

const mostRecords = 2_000_000;
/** `Q1` and the 20 bytes of a SHA-1 in base64 (apk-tools 2 src/blob.c, apk_blob_pull_csum). */
const checksumShape = /^Q1[A-Za-z0-9+/]{27}=$/;
const checksumLine = 'C:Q1'.length + 28;
const newline = 0x0a;
const colon = 0x3a;

/** A count of names in an index, and the first of them in the order of their code points. */
export interface NamedCount {
  readonly count: number;
  readonly names: readonly string[];
}

/** Faults of single records; the rest of the index is used. */
export interface RecordFaults {
  /** Records without a name, version or checksum that a package could have. */
  readonly unusable: NamedCount;
  /** Names and versions with more than one checksum. */
  readonly ambiguous: NamedCount;
}

const mostNames = 10;

/** Records by `name=version`; each is parsed when it is needed. */
export class IndexRecords {
  readonly text: Buffer;
  /** Start of each usable record in the text, by `name=version`, then by checksum, in the order of their code points. */
  readonly table: Uint32Array;
  /** Seconds since 1970; 0 where no record has a time. */
  readonly newestBuild: number;
  readonly faults: RecordFaults;
  readonly #keys = new Map<number, string>();

  constructor(text: Uint8Array, table: Uint32Array, newestBuild: number, faults: RecordFaults) {
    this.text = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    this.table = table;
    this.newestBuild = newestBuild;
    this.faults = faults;
  }

  get size(): number {
    return this.table.length;
  }

  /** Every record of a name and version: more than one where the index gives several checksums, none of which comes first. */
  of(nameAndVersion: string): IndexRecord[] {
    const found: IndexRecord[] = [];
    for (let at = this.#lowerBound(nameAndVersion); at < this.size; at += 1) {
      if (this.#keyAt(at) !== nameAndVersion) break;
      const record = parseRecord(this.text, this.table[at]!);
      if (record !== undefined) found.push(record);
    }
    return found;
  }

  /** Every record of a name, in no particular order. */
  ofName(name: string): IndexRecord[] {
    const found: IndexRecord[] = [];
    for (let at = this.#lowerBound(`${name}=`); at < this.size; at += 1) {
      if (!this.#keyAt(at).startsWith(`${name}=`)) break;
      const record = parseRecord(this.text, this.table[at]!);
      if (record !== undefined) found.push(record);
    }
    return found;
  }

  *keys(): Generator<string> {
    for (const start of this.table) yield readKey(this.text, start).key;
  }

  *[Symbol.iterator](): Generator<readonly [key: string, record: IndexRecord]> {
    for (const start of this.table) {
      const record = parseRecord(this.text, start);
      if (record !== undefined) yield [readKey(this.text, start).key, record];
    }
  }

  #lowerBound(key: string): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keyAt(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The key of a record, read once: every search reads the middle of the table, whose record may have any length. */
  #keyAt(at: number): string {
    const known = this.#keys.get(at);
    if (known !== undefined) return known;
    const { key } = readKey(this.text, this.table[at]!);
    this.#keys.set(at, key);
    return key;
  }
}

/** Finds the records of an index. One that cannot be used is counted among the faults. Fails with `environment-invalid` for too many. */
export function scanRecords(bytes: Uint8Array): IndexRecords {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, number>();
  /** For names and versions that occur more than once: each checksum and its last position. */
  const several = new Map<string, Map<string, number>>();
  const unusable: string[] = [];
  let newest = 0;
  for (let at = 0; at < text.length; ) {
    if (text[at] === newline) {
      at += 1;
      continue;
    }
    const { key, end, built, complete } = readKey(text, at);
    if (!complete || !isPlain(key)) unusable.push(key);
    else {
      const before = places.get(key);
      if (before !== undefined) addPlace(several, key, text, [before, at]);
      places.set(key, at);
      newest = Math.max(newest, built);
    }
    if (places.size + unusable.length > mostRecords)
      throw new Failure('environment-invalid', 'an index has too many records');
    at = end;
  }
  const keys = [...places.keys()].sort();
  const starts = keys.flatMap((key) => {
    const checksums = several.get(key);
    if (checksums === undefined) return places.get(key)!;
    return [...checksums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, start]) => start);
  });
  const ambiguous = [...several].flatMap(([key, checksums]) => (checksums.size > 1 ? key : []));
  const faults = { unusable: namedCount(unusable), ambiguous: namedCount(ambiguous) };
  return new IndexRecords(text, Uint32Array.from(starts), newest, faults);
}

function addPlace(
  several: Map<string, Map<string, number>>,
  key: string,
  text: Buffer,
  starts: readonly number[],
): void {
  const known = several.get(key) ?? new Map<string, number>();
  for (const start of starts) known.set(parseRecord(text, start)?.checksum ?? '', start);
  several.set(key, known);
}

/** Whether a file can have a name and version as its name. */
function isPlain(key: string): boolean {
  const at = key.indexOf('=');
  return (
    parsePackageName(key.slice(0, at)) !== undefined && parsePackageVersion(key.slice(at + 1)) !== undefined
  );
}

function namedCount(names: readonly string[]): NamedCount {
  const distinct = [...new Set(names)].sort();
  return { count: names.length, names: distinct.slice(0, mostNames) };
}

interface RecordKey {
  readonly key: string;
  /** The position after the last line. */
  readonly end: number;
  readonly built: number;
  readonly complete: boolean;
}

/** Reads the lines of one record and extracts its key. */
function readKey(text: Buffer, start: number): RecordKey {
  let name = '';
  let version = '';
  let built = 0;
  let summed = false;
  let at = start;
  while (at < text.length && text[at] !== newline) {
    const found = text.indexOf(newline, at);
    const end = found < 0 ? text.length : found;
    if (text[at + 1] === colon) {
      const value = () => text.toString('latin1', at + 2, end);
      switch (text[at]) {
        case 0x50: // P
          name = value();
          break;
        case 0x56: // V
          version = value();
          break;
        case 0x43: // C
          summed = end - at === checksumLine && checksumShape.test(value());
          break;
        case 0x74: // t
          built = Number(value()) || 0;
      }
    }
    at = end + 1;
  }
  const key = `${name}=${version}`;
  return { key, end: at, built, complete: name !== '' && version !== '' && summed };
}

/** Parses a record; undefined where its name or version is not a plain one, so that no file can have it. */
function parseRecord(text: Buffer, start: number): IndexRecord | undefined {
  const fields = new Map<string, string>();
  for (const line of decodeBytes(text.subarray(start, readKey(text, start).end)).split('\n')) {
    if (line[1] === ':') fields.set(line[0]!, line.slice(2));
  }
  const field = (letter: string) => fields.get(letter) ?? '';
  const list = (letter: string) => field(letter).split(' ').filter(Boolean);
  const name = parsePackageName(field('P'));
  const version = parsePackageVersion(field('V'));
  if (name === undefined || version === undefined) return undefined;
  return {
    name,
    version,
    checksum: field('C'),
    arch: field('A'),
    fileSize: Number(field('S')),
    installedSize: field('I'),
    description: field('T'),
    url: field('U'),
    license: field('L'),
    origin: field('o'),
    maintainer: field('m'),
    buildTime: field('t'),
    commit: field('c'),
    dependencies: list('D'),
    provides: list('p'),
    providerPriority: field('k'),
  };
}
