/** The files of an archive's entries, written as their content comes. */
import { closeSync, fchmodSync, openSync, writeFileSync } from 'node:fs';
import type { TarHeader } from '../../apk/tar-header.ts';
import type { TarSink } from '../../apk/tar-reader.ts';

/** Takes an archive; subclasses decide what becomes of an entry. */
export abstract class EntryFiles implements TarSink {
  #handle: number | undefined;

  abstract entry(header: TarHeader): void;

  /** Begins the file of the entry; the file must not exist yet. */
  protected begin(path: Buffer, mode: number): void {
    this.#handle = openSync(path, 'wx', 0o600);
    fchmodSync(this.#handle, mode);
  }

  /** Takes content; content of an entry without a file is skipped. */
  content(bytes: Uint8Array): void {
    if (this.#handle !== undefined) writeFileSync(this.#handle, bytes);
  }

  entryEnd(): void {
    this.close();
  }

  /** Closes a file that was begun. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
