/** A file of this machine that is read in pieces. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Content } from '../formats/content.ts';

/** Opened for each piece: a build may have fetched more files than a process can hold open. */
export function fileContent(path: string): Content {
  const { size } = statSync(path);
  return {
    size,
    read(offset, length) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      const descriptor = openSync(path, 'r');
      try {
        return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset));
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
