/** Files that were typed and can be read only once: standard input, as `-`, and pipes, as a shell makes them for `<(command)`. */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shownTyped } from '../address.ts';
import { Failure } from '../failure.ts';
import { statNamed } from '../named-path.ts';

/** The most bytes that are taken from a pipe: larger files are given by name. */
const mostBytes = 8 * 1024 ** 3;
const pieceBytes = 1024 * 1024;

/** Whether a name stands for something that is read once. */
export function isReadOnce(path: string): boolean {
  if (path === '-') return true;
  const stat = statNamed(path);
  return stat !== undefined && (stat.isFIFO() || stat.isCharacterDevice() || stat.isSocket());
}

/** Calls `use` with names of which each can be opened as often as needed: what can be read once is kept aside until the call ends. A signal ends the program, unless the caller takes care of that. */
export async function withReopenable<T>(
  paths: readonly string[],
  use: (paths: readonly string[]) => Promise<T>,
  { endsOnSignal = true }: { readonly endsOnSignal?: boolean } = {},
): Promise<T> {
  if (paths.filter((path) => path === '-').length > 1)
    throw new Failure('usage', 'only one argument can be -, which is standard input');
  if (!paths.some(isReadOnce)) return use(paths);
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const end = () => {
    remove();
    process.exit(130);
  };
  process.once('exit', remove);
  if (endsOnSignal) process.once('SIGINT', end).once('SIGTERM', end);
  try {
    return await use(
      paths.map((path, at) => (isReadOnce(path) ? copied(path, join(folder, String(at))) : path)),
    );
  } finally {
    process.off('exit', remove).off('SIGINT', end).off('SIGTERM', end);
    remove();
  }
}

/** Copies what can be read once to a file of its own. */
function copied(path: string, into: string): string {
  const from = path === '-' ? 0 : openSync(path, 'r');
  const to = openSync(into, 'wx', 0o600);
  try {
    let bytes = 0;
    for (const piece of piecesOf(from)) {
      bytes += piece.length;
      if (bytes > mostBytes)
        throw new Failure('usage', `${shownTyped(path)} has more than ${mostBytes} bytes`, {
          hint: 'write it to a file and name that',
        });
      for (let at = 0; at < piece.length; ) at += writeSync(to, piece, at);
    }
    return into;
  } finally {
    closeSync(to);
    if (from !== 0) closeSync(from);
  }
}

/** The bytes of a descriptor up to its end; the buffer is used again for each piece. */
function* piecesOf(descriptor: number): Generator<Buffer> {
  const { size } = fstatSync(descriptor);
  const buffer = Buffer.alloc(size === 0 ? pieceBytes : Math.min(size + 1, pieceBytes));
  for (;;) {
    const length = readPiece(descriptor, buffer);
    if (length === 0) return;
    if (length > 0) yield buffer.subarray(0, length);
  }
}

/** The bytes of a file that was typed, `-` being standard input. */
export function* openedPieces(path: string): Generator<Buffer> {
  const file = path === '-' ? 0 : openSync(path, 'r');
  try {
    yield* piecesOf(file);
  } finally {
    if (file !== 0) closeSync(file);
  }
}

/** The content, as far as the limit: what is longer is refused by its length. */
export function contentOf(path: string, most: number): Buffer {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (const piece of openedPieces(path)) {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    if (bytes > most) break;
  }
  return Buffer.concat(pieces);
}

/** The number of bytes that were read; 0 at the end, and -1 where there are none yet (a terminal or pipe that does not block). */
function readPiece(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null);
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'EOF') return 0;
    if (code !== 'EAGAIN') throw failure;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    return -1;
  }
}
