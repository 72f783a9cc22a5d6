/** Bundler locks against a compact index as of a time. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { registryAsOf } from '../support/as-of.ts';
import { clientMissing } from '../support/clients.ts';
import { gemRegistry, type RubyGem } from '../support/gems.ts';
import { type Answering, runClient, startRegistry, withFolder } from '../support/registry.ts';

const [early, middle, late] = ['2024-01-01T00:00:00Z', '2024-06-01T00:00:00Z', '2024-12-01T00:00:00Z'];

const gems: readonly RubyGem[] = [
  { name: 'low', version: '1.0.0', time: early },
  { name: 'low', version: '1.5.0', time: late },
  { name: 'high', version: '1.2.0', time: early, needs: ['low', '1'] },
  { name: 'high', version: '2.0.0', time: late, needs: ['low', '1.5'] },
];

async function locked(answering: Answering): Promise<readonly string[]> {
  const registry = await startRegistry(answering);
  try {
    return await withFolder({ Gemfile: `source "${registry.origin}"\ngem "high"\n` }, async (folder) => {
      const { status, output } = await runClient('bundle', ['lock'], folder, {
        BUNDLE_SILENCE_ROOT_WARNING: '1',
      });
      assert.equal(status, 0, output);
      const text = readFileSync(join(folder, 'Gemfile.lock'), 'utf8');
      return [...text.matchAll(/^ {4}(\w+ \([\d.]+\))$/gm)].map(([, gem]) => gem!);
    });
  } finally {
    registry.close();
  }
}

describe('as of a time', { skip: clientMissing('bundle') }, () => {
  for (const format of [1, 2] as const)
    it(`Bundler locks what existed, with times ${format === 1 ? 'of the API' : 'in the index'}`, async () => {
      const answering = gemRegistry(gems, format);
      assert.deepEqual(await locked(answering), ['high (2.0.0)', 'low (1.5.0)']);
      const then = registryAsOf(answering, middle);
      assert.deepEqual(await locked(then.answering), ['high (1.2.0)', 'low (1.0.0)']);
      assert.equal(then.lists.get('/versions')?.undated.count, 2);
    });
});
