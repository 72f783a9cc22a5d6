/**
 * Extended attributes of files in a guest, by the machine's own `tar`, which writes them where Node cannot: an archive of the very
 * files, with their attributes, unpacked in their place. Hard links to a file are separate files from then on.
 */

import { closeSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { xattrKey } from '../apk/xattrs.ts';
import { diskPath } from '../bytes.ts';
import { tarEnd, tarHeader, tarPadding } from '../emit/tar-writer.ts';
import type { AttributedFile } from '../execute/rootfs/guest-entries.ts';
import type { IdMap } from '../execute/sandbox/id-map.ts';
import { startInNamespaces } from '../execute/sandbox/namespace.ts';
import { Failure } from '../failure.ts';
import { OutputTail } from '../output-tail.ts';
import { hostPath, runProcess } from '../process.ts';

/** Sets the attributes. Fails with `unsupported` where the machine does not accept one; melange also ends the build there. */
export async function setGuestAttributes(
  root: string,
  files: readonly AttributedFile[],
  ids: IdMap,
): Promise<void> {
  const archive = `${root}.attributes.tar`;
  try {
    writeArchive(archive, root, files);
    const unpacking = [
      '--extract',
      '--overwrite',
      '--touch',
      '--no-same-owner',
      '--xattrs',
      '--xattrs-include=*',
    ];
    const argv = [...unpacking, `--file=${archive}`, `--directory=${root}`];
    const { exitCode, output } = await runTar(argv, ids);
    if (exitCode === 0 && output === '') return;
    throw new Failure('unsupported', 'an extended attribute of the environment cannot be set', {
      got: output,
    });
  } finally {
    rmSync(archive, { force: true });
  }
}

function writeArchive(archive: string, root: string, files: readonly AttributedFile[]): void {
  const out = openSync(archive, 'wx', 0o600);
  try {
    for (const file of files) writeFile(out, diskPath(root, file.path), file);
    writeFileSync(out, tarEnd);
  } finally {
    closeSync(out);
  }
}

const pieceBytes = 1024 * 1024;

function writeFile(out: number, place: Buffer, { path, mode, xattrs }: AttributedFile): void {
  const from = openSync(place, 'r');
  try {
    const { size } = fstatSync(from);
    writeFileSync(out, headerOf({ path, mode, xattrs }, size));
    copyPieces(from, out, size);
    writeFileSync(out, tarPadding(size));
  } finally {
    closeSync(from);
  }
}

/** Copies in pieces: a package may bring a file that is larger than a buffer can be. */
function copyPieces(from: number, out: number, size: number): void {
  const piece = Buffer.allocUnsafe(Math.min(size, pieceBytes));
  for (let done = 0; done < size; ) {
    const read = readSync(from, piece, 0, Math.min(piece.length, size - done), done);
    if (read === 0) throw new Failure('internal', 'a file of a guest is shorter than it was');
    writeFileSync(out, piece.subarray(0, read));
    done += read;
  }
}

function headerOf({ path, mode, xattrs }: AttributedFile, size: number): Uint8Array {
  const pax = new Map([...xattrs].map(([name, value]) => [xattrKey(name), value] as const));
  const plain = { uid: 0, gid: 0, uname: '', gname: '', mtime: 0, linkname: '', devmajor: 0, devminor: 0 };
  return tarHeader({ ...plain, name: path, type: '0', mode: mode & 0o755, size, pax });
}

/** Runs tar. Attributes of the system need a capability, which an ordinary user has only in namespaces. */
async function runTar(
  argv: readonly string[],
  ids: IdMap,
): Promise<{ exitCode: number | undefined; output: string }> {
  if (process.getuid?.() === 0) return runProcess('tar', argv, { env: { PATH: hostPath, LC_ALL: 'C' } });
  const tail = new OutputTail(16 * 1024);
  const child = await startInNamespaces('exec "$@"', ['tar', ...argv], ids, {
    onOutput: (bytes) => tail.add(bytes),
  });
  const { exitCode } = await child.ended;
  return { exitCode, output: tail.text() };
}
