/** Where the transcript of a build comes from, and what is said of one that cannot be had. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Recipe } from '../../src/claim/recipe/recipe.ts';
import { sha256 } from '../../src/digest.ts';
import { chosenNetwork, noteOf } from '../../src/flow/chosen-network.ts';
import type { Run } from '../../src/flow/run.ts';
import { openStore, type Store } from '../../src/inputs/store/store.ts';
import { formatOf } from '../../src/melange/format.ts';
import { parseRelease } from '../../src/melange/version.ts';
import { parseArchitecture } from '../../src/names.ts';
import { makeTranscript, transcriptBytes } from '../../src/transcript/transcript.ts';

describe('what the steps of a recipe reach', () => {
  const format = formatOf(parseRelease('v0.59.1')!);
  const build = {
    recipe: {
      environment: { environment: new Map() },
      pipeline: [],
      subpackages: [],
      package: { name: 'a' },
    } as unknown as Recipe,
    recipeSha256: sha256(Buffer.from('a recipe')),
    architecture: parseArchitecture('x86_64')!,
    asOf: undefined,
  };
  const bytes = transcriptBytes(makeTranscript([], []));
  let folder: string;
  let store: Store;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-chosen-'));
    store = openStore(join(folder, 'store'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function chosen(transcript: string | undefined) {
    const run = {
      places: { transcript },
      permissions: { network: 'gateway' },
      machine: { sandbox: 'bubblewrap', inputs: { store } },
      builds: { engine: { name: 'builtin' } },
    } as unknown as Run;
    return chosenNetwork(build, format, run);
  }

  it('is the transcript in a file, and is recorded where the file does not exist', async () => {
    writeFileSync(join(folder, 'seen.json'), bytes);
    assert.equal((await chosen(join(folder, 'seen.json'))).kind, 'replay');
    assert.equal((await chosen(join(folder, 'none.json'))).kind, 'record');
  });

  it('is refused in plain words where the file is a folder, a device or below a file', async () => {
    for (const path of [folder, '/dev/null', join(folder, 'seen.json', 'below')])
      await assert.rejects(chosen(path), { code: 'usage' }, path);
  });

  it('is refused where the file is no transcript', async () => {
    writeFileSync(join(folder, 'other.json'), '{}');
    await assert.rejects(chosen(join(folder, 'other.json')), { code: 'transcript-invalid' });
  });

  it('is recorded again where the store has a transcript that cannot be read', async () => {
    store.remember(noteOf(build), store.add(bytes));
    assert.equal((await chosen(undefined)).kind, 'replay');
    store.remember(noteOf(build), store.add(Buffer.from('{}')));
    assert.equal((await chosen(undefined)).kind, 'record');
  });
});
