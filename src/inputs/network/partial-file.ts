/** Incomplete files of downloads: hashed as they grow, and taken over where a process was killed. */
import {
  createReadStream,
  ftruncateSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hasher, type Sha256, sha256, sha256Hasher } from '../../digest.ts';
import { ownFolder } from '../../folders.ts';
import { isAbandoned } from '../../process-marks.ts';
import type { Store } from '../store/store.ts';
import { namesIn, ownedName } from '../store/temporary-names.ts';

/** What a server says of a version of a file (RFC 9110 §8.8). */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export interface StoredFile {
  readonly sha256: Sha256;
  readonly path: string;
  readonly validators: Validators;
}

const partialsKeptMilliseconds = 7 * 24 * 3600 * 1000;

/** Opens the file for a download; what a killed process received from the same address is taken over. */
export async function openPart(location: string, { partials }: Store): Promise<PartialFile> {
  ownFolder(partials);
  const key = sha256(Buffer.from(location)).slice(0, 32);
  const path = join(partials, `${ownedName()}.${key}`);
  const left = takeOver(partials, key, path);
  const part = new PartialFile(path, await open(path, left === undefined ? 'w+' : 'r+', 0o600));
  if (left !== undefined) await part.resume(left);
  return part;
}

/** Moves the abandoned file of an address to a path and returns its validators; other abandoned files are removed once they are old. */
function takeOver(partials: string, key: string, path: string): Validators | undefined {
  let validators: Validators | undefined;
  for (const name of new Set(namesIn(partials).map((each) => each.replace(/\.json$/, '')))) {
    const left = join(partials, name);
    if (!isAbandoned(name)) continue;
    const ofThis = name.endsWith(`.${key}`);
    if (!ofThis && !isOld(left)) continue;
    if (ofThis && validators === undefined) validators = moveIfThere(left, path);
    for (const file of [left, `${left}.json`]) rmSync(file, { force: true });
  }
  return validators;
}

/** Whether an abandoned file is old. A note whose file is gone (its process was killed between the two) is of no use at any age. */
function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || Date.now() - stat.mtimeMs > partialsKeptMilliseconds;
}

/** Moves a file; another process may have done so already. */
function moveIfThere(left: string, path: string): Validators | undefined {
  try {
    const validators = JSON.parse(readFileSync(`${left}.json`, 'utf8')) as Validators;
    renameSync(left, path);
    return validators;
  } catch {
    return undefined;
  }
}

/** A file that is being received, hashed as it grows. */
export class PartialFile {
  bytes = 0;
  #validators: Validators = { etag: undefined, lastModified: undefined };
  #hasher: Hasher<Sha256> = sha256Hasher();
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** For `If-Range`: only a strong one can join two parts (RFC 9110 §13.1.5). */
  get validator(): string | undefined {
    const { etag } = this.#validators;
    return etag?.startsWith('"') === true ? etag : undefined;
  }

  /** Reads what was received before. */
  async resume(validators: Validators): Promise<void> {
    for await (const chunk of createReadStream(this.#path, { highWaterMark: 1024 * 1024 })) {
      this.#hasher.update(chunk as Buffer);
      this.bytes += (chunk as Buffer).length;
    }
    this.begin(validators);
  }

  begin(validators: Validators): void {
    this.#validators = validators;
    writeFileSync(`${this.#path}.json`, JSON.stringify(validators));
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const written = writeSync(this.#handle.fd, chunk, at, chunk.length - at, this.bytes);
      at += written;
      this.bytes += written;
    }
    this.#hasher.update(chunk);
  }

  restart(): void {
    ftruncateSync(this.#handle.fd, 0);
    this.bytes = 0;
    this.#hasher = sha256Hasher();
  }

  /** Moves it into the store. */
  async finish(store: Store): Promise<StoredFile> {
    const sha256 = this.#hasher.digest();
    return { sha256, path: await store.adopt(this.#path, sha256), validators: this.#validators };
  }

  async close(): Promise<void> {
    await this.#handle.close();
    for (const file of [this.#path, `${this.#path}.json`]) rmSync(file, { force: true });
  }
}
