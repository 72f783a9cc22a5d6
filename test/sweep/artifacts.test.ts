import assert from 'node:assert/strict';
import { chmodSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { folderArtifacts, mostArtifactBytes } from '../../src/sweep/judge/artifacts.ts';
import { temporaryFolder } from '../support/folder.ts';

const bytes = Buffer.from('a result');
const digest = sha256(bytes);

/** What somebody who shares the folder could make of a result that is kept there. */
const changes: readonly (readonly [what: string, change: (path: string, folder: string) => void])[] = [
  ['larger than a result can be', (path) => truncateSync(path, mostArtifactBytes + 1)],
  ['different', (path) => writeFileSync(path, 'changed')],
  [
    'different with the time of the whole one',
    (path) => {
      const { atimeMs, mtimeMs } = statSync(path);
      writeFileSync(path, 'changed');
      utimesSync(path, atimeMs / 1000, mtimeMs / 1000);
    },
  ],
  [
    'a link to the same bytes',
    (path, folder) => {
      writeFileSync(join(folder, 'elsewhere'), bytes);
      rmSync(path);
      symlinkSync(join(folder, 'elsewhere'), path);
    },
  ],
  ['gone', (path) => rmSync(path)],
];

for (const [what, change] of changes)
  it(`a folder gives back nothing in place of a result that is ${what}`, async (test) => {
    const folder = temporaryFolder(test);
    const artifacts = folderArtifacts(join(folder, 'artifacts'));
    assert.equal(await artifacts.put(bytes), digest);
    assert.deepEqual(await artifacts.get(digest), bytes);
    const path = join(folder, 'artifacts/objects/sha256', digest.slice(0, 2), digest.slice(2));
    chmodSync(path, 0o644);
    change(path, folder);
    assert.equal(await artifacts.get(digest), undefined);
  });
