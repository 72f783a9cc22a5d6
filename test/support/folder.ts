/** A folder of its own for a test, gone when the test is. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ending {
  after(done: () => void): void;
}

export function temporaryFolder(test: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One that the test removes itself. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
}

/** Paths of everything below a folder that is not a folder. */
export function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, `${path}/`) : [path];
  });
}
