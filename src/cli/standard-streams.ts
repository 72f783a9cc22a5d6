/** Standard output and standard error. Everything that the command line writes there goes through here: a reader that went away is not a failure. */
import { writeSync } from 'node:fs';

export function writeOut(text: string): void {
  write(1, text);
}

export function writeError(text: string): void {
  write(2, text);
}

function write(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (failure) {
      const { code } = failure as NodeJS.ErrnoException;
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') return;
      throw failure;
    }
  }
}
