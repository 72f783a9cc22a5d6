/** APKINDEX.tar.gz: the signed list of what a repository serves (apk-index(5); melange-emitter.md §9.1). */
import { readGzipMembers } from '../apk/gzip.ts';
import { defaultLimits } from '../apk/limits.ts';
import { isSignatureName, parseSignature, type Signature } from '../apk/signature.ts';
import { type TarHeader, TarReader } from '../apk/tar.ts';
import { decodeBytes } from '../bytes.ts';
import { Failure } from '../failure.ts';

/** One record; fields by their letter, as written. */
export interface IndexRecord {
  readonly name: string;
  readonly version: string;
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

export interface Index {
  readonly signatures: readonly Signature[];
  /** The compressed archive behind the signature: what the signatures are about. */
  readonly signedBytes: Uint8Array;
  /** By `name=version`. */
  readonly records: ReadonlyMap<string, IndexRecord>;
}

const limits = { member: 1024 * 1024 * 1024, records: 2_000_000 };

/** Parses an index. Fails with `index-invalid`; signatures are read, not verified. */
export async function parseIndex(bytes: Uint8Array): Promise<Index> {
  const signatures: Signature[] = [];
  let text: Uint8Array | undefined;
  let signedFrom = 0;
  let tar: TarReader;
  const files = new FileCollector();
  try {
    await readGzipMembers(
      [bytes],
      {
        begin: (index, start) => {
          if (index === 1) signedFrom = start;
          tar = new TarReader(files, defaultLimits);
          return limits.member;
        },
        compressed: () => undefined,
        inflated: (piece) => tar.write(piece),
        end: () => void tar.end(),
      },
      { limit: defaultLimits.ratio, floor: defaultLimits.ratioFloor },
    );
  } catch (cause) {
    throw new Failure('index-invalid', 'the index of a repository is damaged', { cause });
  }
  for (const [name, content] of files.contents) {
    const signature = isSignatureName(name) ? parseSignature(name, content) : undefined;
    if (signature !== undefined) signatures.push(signature);
    if (name === 'APKINDEX') text = content;
  }
  if (text === undefined) throw new Failure('index-invalid', 'the index of a repository has no APKINDEX');
  return { signatures, signedBytes: bytes.subarray(signedFrom), records: parseRecords(decodeBytes(text)) };
}

class FileCollector {
  readonly contents = new Map<string, Uint8Array>();
  #name = '';
  #parts: Uint8Array[] = [];

  entry(header: TarHeader): void {
    this.#name = header.name;
    this.#parts = [];
  }

  content(bytes: Uint8Array): void {
    this.#parts.push(Uint8Array.from(bytes));
  }

  entryEnd(): void {
    this.contents.set(this.#name, Buffer.concat(this.#parts));
  }
}

function parseRecords(text: string): Map<string, IndexRecord> {
  const records = new Map<string, IndexRecord>();
  for (const block of text.split('\n\n')) {
    if (block.trim() === '') continue;
    const record = parseRecord(block);
    records.set(`${record.name}=${record.version}`, record);
    if (records.size > limits.records) throw new Failure('index-invalid', 'an index has too many records');
  }
  return records;
}

function parseRecord(block: string): IndexRecord {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    if (line[1] === ':') fields.set(line[0]!, line.slice(2));
  }
  const field = (letter: string) => fields.get(letter) ?? '';
  const list = (letter: string) => field(letter).split(' ').filter(Boolean);
  if (field('P') === '' || field('V') === '' || !field('C').startsWith('Q1')) {
    throw new Failure('index-invalid', 'a record of an index has no name, version or checksum');
  }
  return {
    name: field('P'),
    version: field('V'),
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
