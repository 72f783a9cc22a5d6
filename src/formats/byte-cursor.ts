/** Reads binary formats from front to back. Reading beyond the end throws a `RangeError`, which `readWhole` turns into "not of the format". */
import { decodeBytes } from '../bytes.ts';

export class ByteCursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Buffer {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.left) throw new RangeError('cut');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  u32(): number {
    return this.take(4).readUInt32BE();
  }

  i32(): number {
    return this.take(4).readInt32BE();
  }

  u64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  u16le(): number {
    return this.take(2).readUInt16LE();
  }

  u32le(): number {
    return this.take(4).readUInt32LE();
  }

  u64le(): bigint {
    return this.take(8).readBigUInt64LE();
  }

  text(length: number): string {
    return decodeBytes(this.take(length));
  }

  /** A text up to a zero byte, which is skipped. */
  zeroEnded(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError('cut');
    const text = this.text(end - this.at);
    this.at += 1;
    return text;
  }

  /** A cursor at another place of the same bytes. */
  from(at: number): ByteCursor {
    if (!Number.isSafeInteger(at) || at < 0 || at > this.bytes.length) throw new RangeError('cut');
    return new ByteCursor(this.bytes, at);
  }
}

/** Reads a format; undefined where a reader leaves the bytes, or gives up because of a bound. */
export function readWhole<T>(bytes: Uint8Array, read: (cursor: ByteCursor) => T): T | undefined {
  try {
    return read(new ByteCursor(bytes));
  } catch (failure) {
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}

/** Counts values, so that a damaged count cannot make a reader go on for ever. */
export class Allowance {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  spend(count = 1): void {
    this.#left -= count;
    if (!(this.#left >= 0)) throw new RangeError('too much');
  }
}

/** Seconds since 1970 as a date and time; what no date can hold stays a number. */
export function timeText(seconds: number): string {
  return Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12
    ? `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`
    : String(seconds);
}

const mostHex = 512;

/** Bytes as hex digits, cut. */
export function hexText(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, mostHex)).toString('hex');
  return bytes.length > mostHex ? `${shown}… (${bytes.length} bytes)` : shown;
}

/** Bytes as text where all of it can be printed, else as hex digits. */
export function textOrHex(bytes: Uint8Array): string {
  const isPrintable = bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09);
  return isPrintable ? decodeBytes(bytes) : hexText(bytes);
}
