/** Bodies of answers, which a guest is given through one buffer: a new one for each piece costs more than all else (bench/README.md). */
import { type FileHandle, open } from 'node:fs/promises';

export interface GuestBody {
  /** Puts what comes next into a buffer, as much as there is, and gives its length; 0 at the end. Fails where the rest does not come. */
  read(into: Uint8Array): Promise<number>;
  close(): void;
}

/** The bytes of a file of the store. */
export function storedBody(path: string): GuestBody {
  let file: Promise<FileHandle> | undefined;
  return {
    async read(into) {
      file ??= open(path);
      return (await (await file).read(into, 0, into.length)).bytesRead;
    },
    close() {
      file?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}

/** Bytes in memory. */
export function bytesBody(bytes: Uint8Array): GuestBody {
  let taken = 0;
  return {
    async read(into) {
      const piece = bytes.subarray(taken, taken + into.length);
      into.set(piece);
      taken += piece.length;
      return piece.length;
    },
    close: () => undefined,
  };
}
