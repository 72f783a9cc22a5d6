/** The records of an index, read where they lie: a table of places, sorted by name and version, over the text. */
import { decodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';
import { type PackageName, type PackageVersion, parsePackageName, parsePackageVersion } from '../names.ts';

/** One record; fields by their letter, as written. */
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
const newline = 0x0a;
const colon = 0x3a;

/** Records by `name=version`; each is parsed when it is asked for. */
export class IndexRecords {
  readonly text: Buffer;
  /** Start of each record in the text, by `name=version` in the order of their code points. */
  readonly table: Uint32Array;
  /** Seconds since 1970; 0 where no record has a time. */
  readonly newestBuild: number;
  readonly #keys = new Map<number, string>();

  constructor(text: Uint8Array, table: Uint32Array, newestBuild: number) {
    this.text = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    this.table = table;
    this.newestBuild = newestBuild;
  }

  get size(): number {
    return this.table.length;
  }

  get(nameAndVersion: string): IndexRecord | undefined {
    const at = this.#lowerBound(nameAndVersion);
    if (at === this.size || this.#keyAt(at) !== nameAndVersion) return undefined;
    return parseRecord(this.text, this.table[at]!);
  }

  /** Every record of a name, in no order that means anything. */
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

  /** Read once: the middle of a table, which every search asks for, may be a record of any length. */
  #keyAt(at: number): string {
    const known = this.#keys.get(at);
    if (known !== undefined) return known;
    const { key } = readKey(this.text, this.table[at]!);
    this.#keys.set(at, key);
    return key;
  }
}

/** Finds the records of an index. Fails with `index-invalid` for one without name, version or checksum. */
export function scanRecords(bytes: Uint8Array): IndexRecords {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, number>();
  let newest = 0;
  for (let at = 0; at < text.length; ) {
    if (text[at] === newline) {
      at += 1;
      continue;
    }
    const { key, end, built, complete } = readKey(text, at);
    if (!complete)
      throw new Failure('index-invalid', 'a record of an index has no name, version or checksum');
    places.set(key, at);
    newest = Math.max(newest, built);
    if (places.size > mostRecords) throw new Failure('index-invalid', 'an index has too many records');
    at = end;
  }
  const keys = [...places.keys()].sort();
  return new IndexRecords(
    text,
    Uint32Array.from(keys, (key) => places.get(key)!),
    newest,
  );
}

interface RecordKey {
  readonly key: string;
  /** Behind the last line. */
  readonly end: number;
  readonly built: number;
  readonly complete: boolean;
}

/** Walks over the lines of one record and picks out what it is found by. */
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
          summed = text[at + 2] === 0x51 && text[at + 3] === 0x31; // Q1
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

/** Undefined for a record whose name or version is not a plain one: no file can be called after it. */
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
