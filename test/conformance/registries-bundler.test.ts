/** Bundler locks against a compact index as of a time. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { registryAsOf } from '../support/as-of.ts';
import { clientMissing } from '../support/clients.ts';
import {
  type Answering,
  type RegistryAnswer,
  runClient,
  startRegistry,
  withFolder,
} from '../support/registry.ts';

const [early, middle, late] = ['2024-01-01T00:00:00Z', '2024-06-01T00:00:00Z', '2024-12-01T00:00:00Z'];

const gems: readonly {
  readonly name: string;
  readonly version: string;
  readonly time: string;
  readonly needs?: string;
}[] = [
  { name: 'low', version: '1.0.0', time: early },
  { name: 'low', version: '1.5.0', time: late },
  { name: 'high', version: '1.2.0', time: early, needs: 'low:>= 1' },
  { name: 'high', version: '2.0.0', time: late, needs: 'low:>= 1.5' },
];

/** guides.rubygems.org, "Compact Index API": version 1 of the format has its times in the API alone. */
function compactIndex(format: 1 | 2): Answering {
  const answers = new Map<string, RegistryAnswer>();
  const digestOf = (text: string) => createHash('md5').update(text).digest('hex');
  const lines: string[] = [];
  for (const name of ['low', 'high']) {
    const versions = gems.filter((gem) => gem.name === name);
    const info = `---\n${versions.map(({ version, time, needs = '' }) => `${version} ${needs}|checksum:${'0'.repeat(64)}${format === 2 ? `,created_at:${time}` : ''}\n`).join('')}`;
    answers.set(`/info/${name}`, {
      body: info,
      headers: { etag: `"${digestOf(info)}"`, 'content-type': 'text/plain' },
    });
    lines.push(`${name} ${versions.map(({ version }) => version).join(',')} ${digestOf(info)}\n`);
    const ofApi = versions.map(({ version, time }) => ({
      number: version,
      platform: 'ruby',
      created_at: time,
    }));
    answers.set(`/api/v1/versions/${name}.json`, { body: JSON.stringify(ofApi) });
  }
  answers.set('/versions', {
    body: `created_at: ${late}\n---\n${lines.join('')}`,
    headers: { 'content-type': 'text/plain' },
  });
  return (path) => answers.get(path);
}

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
      const answering = compactIndex(format);
      assert.deepEqual(await locked(answering), ['high (2.0.0)', 'low (1.5.0)']);
      const then = registryAsOf(answering, middle);
      assert.deepEqual(await locked(then.answering), ['high (1.2.0)', 'low (1.0.0)']);
      assert.equal(then.lists.get('/versions')?.undated.count, 2);
    });
});
