/**
 * Gzip members of a concatenated file, one after the other, with the exact range of each (RFC 1952 §2.2).
 * Node's own gunzip reads across the borders between members and hides them, so the framing is read here and only
 * the deflate stream goes to zlib.
 */
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { Failure } from '../failure.ts';

export interface GzipHeader {
  readonly flags: number;
  /** Seconds since 1970, as stored: klauspost's writers store the low 32 bits of Go's zero time. */
  readonly mtime: number;
  readonly extraFlags: number;
  readonly os: number;
  /** Bytes of the header, optional fields included. */
  readonly length: number;
}

export interface GzipMember {
  /** Byte range in the file, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly header: GzipHeader;
  /** Inflated bytes. */
  readonly size: number;
}

/** Receives the members as they are read; an exception ends the reading. */
export interface GzipSink {
  /** A member begins; returns the largest number of inflated bytes that it may have. */
  begin(index: number, start: number, header: GzipHeader): number;
  /** Inflated bytes that were announced for the member that begins; up to this size, the bound on its ratio does not hold. */
  announced?(): number;
  /** Compressed bytes of the member, framing included, in file order. */
  compressed(bytes: Uint8Array): void;
  /** Inflated bytes of the member. */
  inflated(bytes: Uint8Array): void;
  end(member: GzipMember): void;
}

const chunkBytes = 64 * 1024;
const largestHeader = 64 * 1024 + 512;

/**
 * Reads every member of a file. Fails with `malformed` for anything that is not a sequence of whole members
 * with right check sums, and with `limit-exceeded` where a member inflates beyond its limit.
 */
export async function readGzipMembers(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sink: GzipSink,
  ratio: { readonly limit: number; readonly floor: number },
): Promise<readonly GzipMember[]> {
  const input = new Input(chunks);
  const members: GzipMember[] = [];
  try {
    while (await input.fill(1)) {
      const member = await readMember(input, sink, members.length, ratio);
      members.push(member);
      sink.end(member);
    }
  } finally {
    await input.close();
  }
  return members;
}

async function readMember(
  input: Input,
  sink: GzipSink,
  index: number,
  ratio: Bounds['ratio'],
): Promise<GzipMember> {
  const start = input.offset;
  const header = await readHeader(input);
  const limit = sink.begin(index, start, header);
  const floor = ratio.floor + (sink.announced?.() ?? 0);
  sink.compressed(input.take(header.length));
  const { crc, size } = await inflateMember(input, sink, { limit, ratio: { ...ratio, floor }, start });
  if (!(await input.fill(8))) throw truncated(input.offset);
  const trailer = Buffer.from(input.take(8));
  sink.compressed(trailer);
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== size % 2 ** 32) {
    throw new Failure('malformed', 'a gzip member does not match its check sum', {
      expected: `crc ${trailer.readUInt32LE(0).toString(16)}, ${trailer.readUInt32LE(4)} bytes`,
      got: `crc ${crc.toString(16)}, ${size} bytes`,
    });
  }
  return { start, end: input.offset, header, size };
}

interface Bounds {
  readonly limit: number;
  readonly ratio: { readonly limit: number; readonly floor: number };
  readonly start: number;
}

async function inflateMember(
  input: Input,
  sink: GzipSink,
  bounds: Bounds,
): Promise<{ crc: number; size: number }> {
  const inflater = createInflateRaw({ chunkSize: chunkBytes });
  let crc = 0;
  let size = 0;
  const ended = new Promise<void>((resolve, reject) => {
    inflater.on('end', resolve);
    inflater.on('error', (cause) =>
      reject(new Failure('malformed', 'a deflate stream is damaged', { cause })),
    );
    inflater.on('data', (bytes: Buffer) => {
      size += bytes.length;
      crc = crc32(bytes, crc);
      try {
        requireInBounds(size, input.available - bounds.start, bounds);
        sink.inflated(bytes);
      } catch (failure) {
        reject(failure);
        inflater.destroy();
      }
    });
  });
  ended.catch(() => undefined);
  try {
    await feed(input, inflater, sink, ended);
  } finally {
    inflater.destroy();
  }
  return { crc, size };
}

/** Feeds the inflater until the member's deflate stream ends; what follows stays in the input. */
async function feed(input: Input, inflater: InflateRaw, sink: GzipSink, ended: Promise<void>): Promise<void> {
  for (let fed = 0; ; ) {
    if (!(await input.fill(1))) throw truncated(input.offset);
    const bytes = input.peek();
    await Promise.race([new Promise<void>((resolve) => inflater.write(bytes, () => resolve())), ended]);
    // zlib counts what it consumed exactly: less than was fed means that the stream ended inside this chunk.
    const consumed = inflater.bytesWritten - fed;
    sink.compressed(input.take(consumed));
    fed += consumed;
    if (consumed < bytes.length) return ended;
  }
}

function requireInBounds(size: number, compressed: number, bounds: Bounds): void {
  if (size > bounds.limit) {
    throw new Failure('limit-exceeded', 'a section inflates beyond its limit', {
      expected: `at most ${bounds.limit} bytes`,
    });
  }
  if (size > bounds.ratio.floor && size > compressed * bounds.ratio.limit) {
    throw new Failure('limit-exceeded', 'a section inflates out of proportion', {
      expected: `at most ${bounds.ratio.limit} times its compressed size`,
    });
  }
}

/** Parses the member header (RFC 1952 §2.3) without taking it from the input. */
async function readHeader(input: Input): Promise<GzipHeader> {
  if (!(await input.fill(10))) throw new Failure('malformed', 'bytes that are not a gzip member');
  const fixed = input.peek();
  if (fixed[0] !== 0x1f || fixed[1] !== 0x8b || fixed[2] !== 8) {
    throw new Failure('malformed', `no gzip member at byte ${input.offset}`, {
      expected: '1f 8b 08',
      got: Buffer.from(fixed.subarray(0, 3)).toString('hex'),
    });
  }
  const flags = fixed[3]!;
  if ((flags & 0xe0) !== 0) throw new Failure('malformed', 'reserved gzip flags are set');
  let length = 10;
  if ((flags & 4) !== 0) {
    await need(input, length + 2);
    length += 2 + input.peek()[length]! + input.peek()[length + 1]! * 256;
    await need(input, length);
  }
  if ((flags & 8) !== 0) length = await textEnd(input, length);
  if ((flags & 16) !== 0) length = await textEnd(input, length);
  if ((flags & 2) !== 0) length += 2;
  await need(input, length);
  if ((flags & 2) !== 0) requireHeaderChecksum(input.peek().subarray(0, length));
  const view = Buffer.from(input.peek().subarray(0, 10));
  return { flags, mtime: view.readUInt32LE(4), extraFlags: view[8]!, os: view[9]!, length };
}

/** Requires that a header matches its check sum: the low 16 bits of the CRC-32 of what precedes them. */
function requireHeaderChecksum(header: Uint8Array): void {
  const recorded = header[header.length - 2]! + header[header.length - 1]! * 256;
  if ((crc32(header.subarray(0, -2)) & 0xffff) === recorded) return;
  throw new Failure('malformed', 'a gzip header does not match its check sum');
}

async function need(input: Input, length: number): Promise<void> {
  if (length > largestHeader) throw new Failure('limit-exceeded', 'a gzip header is too long');
  if (!(await input.fill(length))) throw truncated(input.offset);
}

async function textEnd(input: Input, from: number): Promise<number> {
  for (let at = from; ; at++) {
    await need(input, at + 1);
    if (input.peek()[at] === 0) return at + 1;
  }
}

function truncated(offset: number): Failure {
  return new Failure('malformed', `the file ends inside a gzip member, at byte ${offset}`);
}

/** The chunks of a source, joined only as far as is asked for. */
class Input {
  offset = 0;
  #held: Uint8Array = new Uint8Array(0);
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** Makes at least `length` bytes available; false if the input ends before. */
  async fill(length: number): Promise<boolean> {
    while (this.#held.length < length) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    }
    return true;
  }

  /** Closes the source of the chunks, read to its end or not. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Offset in the file of the end of the bytes that are held. */
  get available(): number {
    return this.offset + this.#held.length;
  }

  peek(): Uint8Array {
    return this.#held;
  }

  take(length: number): Uint8Array {
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    this.offset += length;
    return taken;
  }
}
