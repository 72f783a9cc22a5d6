/** A file of lines, to which whole lines are appended and synced. */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { Failure } from '../../failure.ts';

/** Where a line lies, without its newline. */
export interface LinePlace {
  readonly start: number;
  readonly length: number;
}

const newline = 0x0a;
const pieceBytes = 1 << 20;
/** A settled job of 2,000 subpackages takes some 2 MiB. */
const mostLineBytes = 64 * 1024 * 1024;

export class JournalFile {
  readonly path: string;
  readonly #file: number;
  #size: number;

  /** @param writable whether lines are appended; the file is then made where it does not exist */
  constructor(path: string, writable: boolean) {
    const { O_CREAT, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;
    this.path = path;
    this.#file = openSync(path, (writable ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW, 0o666);
    this.#size = fstatSync(this.#file).size;
  }

  /** Bytes up to the end of the last whole line, once all lines were read; what is behind it is not looked at. */
  get size(): number {
    return this.#size;
  }

  /** Appends lines, each without its newline, as one write, and returns once they are on disk. A write that fails leaves nothing. */
  append(lines: readonly string[]): LinePlace[] {
    const places: LinePlace[] = [];
    let at = this.#size;
    const pieces = lines.map((line) => {
      const bytes = Buffer.from(`${line}\n`);
      if (bytes.length > mostLineBytes) throw new Failure('internal', 'a line of a journal is too long');
      places.push({ start: at, length: bytes.length - 1 });
      at += bytes.length;
      return bytes;
    });
    const bytes = Buffer.concat(pieces);
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#size + done);
      fdatasyncSync(this.#file);
    } catch (failure) {
      ftruncateSync(this.#file, this.#size);
      throw failure;
    }
    this.#size = at;
    return places;
  }

  /** The bytes of a line. */
  read({ start, length }: LinePlace): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.#file, bytes, done, length - done, start + done);
      if (read === 0) throw new Failure('usage', `${this.path} ends before byte ${start + length}`);
      done += read;
    }
    return bytes;
  }

  /** Every whole line from an offset on. What follows the last one was torn by the end of its writer. */
  *lines(from: number): Generator<{ readonly place: LinePlace; readonly bytes: Buffer }> {
    let held: Buffer = Buffer.alloc(0);
    let start = from;
    for (let at = from; at < this.#size; ) {
      const piece = this.read({ start: at, length: Math.min(pieceBytes, this.#size - at) });
      at += piece.length;
      const bytes = held.length === 0 ? piece : Buffer.concat([held, piece]);
      let line = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, line)) {
        yield { place: { start, length: end - line }, bytes: bytes.subarray(line, end) };
        start += end - line + 1;
        line = end + 1;
      }
      held = bytes.subarray(line);
      if (held.length > mostLineBytes)
        throw new Failure('usage', `${this.path} has a line that is too long at byte ${start}`);
    }
    this.#size = start;
  }

  /** Removes what follows the last whole line. */
  dropTorn(): void {
    ftruncateSync(this.#file, this.#size);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
