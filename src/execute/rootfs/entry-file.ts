/** The files of an archive's entries, written as their content comes. */
import { closeSync, fchmodSync, openSync, writeFileSync } from 'node:fs';
import type { TarHeader } from '../../apk/tar-header.ts';
import type { TarSink } from '../../apk/tar-reader.ts';

/** Takes an archive; what becomes of an entry is up to whoever extends it. */
export abstract class EntryFiles implements TarSink {
  #handle: number | undefined;

  abstract entry(header: TarHeader): void;

  /** Begins the file of the entry; it must not be there yet. */
  protected begin(path: Buffer, mode: number): void {
    this.#handle = openSync(path, 'wx', 0o600);
    fchmodSync(this.#handle, mode);
  }

  /** Takes content; that of an entry without a file is passed over. */
  content(bytes: Uint8Array): void {
    if (this.#handle !== undefined) writeFileSync(this.#handle, bytes);
  }

  entryEnd(): void {
    this.close();
  }

  /** Lets go of a file that was begun. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
