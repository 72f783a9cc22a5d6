/** Downloads from addresses that the user named; nothing recorded in a package is ever an address here by itself. */
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.ts';

export interface DownloadOptions {
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Downloads to a path, written aside and renamed. False where the server says that there is no such file; fails with
 * `source-unavailable` where it cannot be reached or sends more than allowed.
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<boolean> {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.part`;
  try {
    const response = await fetch(url, { redirect: 'follow', signal: options.signal });
    if (response.status === 404 || response.status === 410) return false;
    if (!response.ok || response.body === null) throw new TypeError(`status ${response.status}`);
    if (url.startsWith('https:') && !response.url.startsWith('https:')) {
      throw new TypeError('the server redirects to an unprotected address');
    }
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, bounded(options.mostBytes), createWriteStream(aside, { flags: 'w', mode: 0o600 }));
    renameSync(aside, path);
    return true;
  } catch (cause) {
    options.signal.throwIfAborted();
    throw new Failure('source-unavailable', `${url} cannot be fetched`, { cause });
  } finally {
    rmSync(aside, { force: true });
  }
}

function bounded(mostBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > mostBytes) done(new RangeError(`more than ${mostBytes} bytes`));
      else done(null, chunk);
    },
  });
}
