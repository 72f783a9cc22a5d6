/** The file of an archive's entry, written as its content comes. */
import { closeSync, fchmodSync, openSync, writeFileSync } from 'node:fs';

export class EntryFile {
  #handle: number | undefined;

  /** Begins a file that must not be there yet. */
  begin(path: Buffer, mode: number): void {
    this.#handle = openSync(path, 'wx', 0o600);
    fchmodSync(this.#handle, mode);
  }

  /** Takes content; that of an entry without a file is passed over. */
  write(bytes: Uint8Array): void {
    if (this.#handle !== undefined) writeFileSync(this.#handle, bytes);
  }

  /** Lets go of a file that was begun. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
