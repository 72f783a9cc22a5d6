import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeSource, findSources, type SourcePlaces } from '../../src/inputs/found-sources.ts';
import type { Inputs } from '../../src/inputs/inputs.ts';
import type { FetchSource } from '../../src/plan/requested-sources.ts';
import { codeOf, failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';

const content = 'the source';
const digests = {
  sha256: createHash('sha256').update(content).digest('hex'),
  sha512: createHash('sha512').update(content).digest('hex'),
};

function fetchSource(uri: string, algorithm: 'sha256' | 'sha512' = 'sha256'): FetchSource {
  return { kind: 'fetch', uri, algorithm, digest: digests[algorithm] };
}

/** Inputs that know folders only, and write down what they are asked for. */
function localInputs() {
  const asked: string[] = [];
  const inputs = {
    store: { get: () => undefined, recall: () => undefined, remember: () => undefined },
    async obtain(location: string) {
      asked.push(location);
      return existsSync(location) ? location : undefined;
    },
    hash: async () => undefined,
    forget: () => undefined,
  };
  return { asked, inputs: inputs as unknown as Inputs };
}

async function find(source: FetchSource, places: Partial<SourcePlaces>) {
  const { asked, inputs } = localInputs();
  const found = await findSources([{ source }], { caches: [], mirrors: [], ...places }, inputs);
  return { asked, found };
}

test("a source is found in a folder of melange's layout, by either digest", async (context) => {
  const folder = temporaryFolder(context);
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const path = join(folder, `${algorithm}:${digests[algorithm]}`);
    writeFileSync(path, content);
    const { found } = await find(fetchSource('file-is-nowhere', algorithm), { caches: [folder] });
    assert.deepEqual(
      found.map((each) => each.kind === 'fetch' && each.path),
      [path],
    );
  }
});

test('what begins with the prefix of a mirror is read from its place', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'v1/sub'), { recursive: true });
  for (const path of ['a.tar', 'v1/a.tar', 'v1/sub/a.tar']) writeFileSync(join(folder, path), content);
  const cases: [uri: string, prefix: string, location: string, expected: string | undefined][] = [
    ['x://h/a.tar', 'x://h/', folder, 'a.tar'],
    ['x://h/a.tar', 'x://h', folder, 'a.tar'],
    ['x://h/a.tar', 'x://h/', `${folder}/`, 'a.tar'],
    ['x://h/v1/sub/a.tar', 'x://h', folder, 'v1/sub/a.tar'],
    ['x://h/v1/a.tar', 'x://h/v1', join(folder, 'v1'), 'v1/a.tar'],
    ['x://h/any', 'x://h/any', join(folder, 'a.tar'), 'a.tar'],
    ['x://h/v10/a.tar', 'x://h/v1', folder, undefined],
    ['x://h.evil/a.tar', 'x://h', folder, undefined],
    ['x://H/a.tar', 'x://h/', folder, undefined],
    ['y://h/a.tar', 'x://h/', folder, undefined],
  ];
  for (const [uri, prefix, location, expected] of cases) {
    const run = find(fetchSource(uri), { mirrors: [{ prefix, location }] });
    if (expected === undefined) await assert.rejects(run, failure('source-unavailable'), uri);
    else assert.deepEqual((await run).asked, [join(folder, expected)], uri);
  }
});

test('no recorded address climbs out of a mirror, however it is spelled', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'mirror'));
  writeFileSync(join(folder, 'outside'), content);
  const rests = [
    '../outside',
    'a/../../outside',
    '..',
    '%2e%2e/outside',
    '.%2E/outside',
    '%2E./x',
    '..\\outside',
    'a\\..\\..\\x',
    '.\t./outside',
    '..\n/x',
    'a\0b',
    './../outside',
  ];
  for (const location of [join(folder, 'mirror'), 'http://127.0.0.1:9/mirror']) {
    for (const rest of rests) {
      const { asked, inputs } = localInputs();
      const places = { caches: [], mirrors: [{ prefix: 'x://h/', location }] };
      const code = await codeOf(() =>
        findSources([{ source: fetchSource(`x://h/${rest}`) }], places, inputs),
      );
      assert.equal(code, 'source-unavailable', rest);
      assert.deepEqual(asked, [], rest);
    }
  }
});

test('whatever is recorded, only what lies below the mirror is requested', async () => {
  const piece = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2E', 'a', '?', '#', ' ', '\t', '\0', '@');
  const rest = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(rest, async (each) => {
      const { asked, inputs } = localInputs();
      const places = { caches: [], mirrors: [{ prefix: 'x://h/', location: 'http://mirror.example/base' }] };
      await codeOf(() => findSources([{ source: fetchSource(`x://h/${each}`) }], places, inputs));
      for (const location of asked) {
        const { host, pathname } = new URL(location);
        assert.equal(host, 'mirror.example');
        assert.ok(pathname === '/base' || pathname.startsWith('/base/'), pathname);
      }
    }),
    { numRuns: 1000 },
  );
});

test('something else in the place of a source is skipped where a different place has it, and named where none has', async (context) => {
  const [bad, good] = [temporaryFolder(context), temporaryFolder(context)];
  const name = `sha256:${digests.sha256}`;
  writeFileSync(join(bad, name), 'something else');
  writeFileSync(join(good, name), content);
  const { found } = await find(fetchSource('u'), { caches: [bad, good] });
  assert.deepEqual(
    found.map((each) => each.kind === 'fetch' && each.path),
    [join(good, name)],
  );
  await assert.rejects(find(fetchSource('u'), { caches: [bad] }), failure('source-mismatch'));
});

test('every source that is missing is named', async () => {
  const sources = [fetchSource('one'), fetchSource('two', 'sha512')];
  const { inputs } = localInputs();
  const run = findSources(
    sources.map((source) => ({ source })),
    { caches: [], mirrors: [] },
    inputs,
  );
  await assert.rejects(run, (thrown) => {
    failure('source-unavailable')(thrown);
    assert.equal((thrown as { expected: string }).expected, sources.map(describeSource).join(' '));
    return true;
  });
});
