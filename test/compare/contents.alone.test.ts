import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { comparePackages } from '../../src/compare/compare.ts';
import { type CompareLimits, defaultCompareLimits } from '../../src/compare/compare-limits.ts';
import { allDifferences, isUnequal } from '../../src/compare/comparison.ts';
import type { Difference } from '../../src/compare/difference.ts';
import { diff } from '../../src/diff.ts';
import { apkOf, fileOf, type Part, sourceOf, tarOf } from '../support/apk-builder.ts';
import { elfOf } from '../support/elf-builder.ts';
import { failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { randomOf } from '../support/mutate.ts';

async function dataDifferences(
  published: readonly Part[],
  rebuilt: readonly Part[],
  limits: Partial<CompareLimits> = {},
): Promise<readonly Difference[]> {
  const comparison = await comparePackages(
    sourceOf(apkOf({ data: published })),
    sourceOf(apkOf({ data: rebuilt })),
    { compareLimits: { ...defaultCompareLimits, ...limits } },
  );
  assert.ok(isUnequal(comparison));
  return allDifferences(comparison.sections).filter(({ section }) => section === 'data');
}

const text = (word: string): string => `one\n${word}\nthree\n`;

function noise(bytes: number): Buffer {
  const random = randomOf(1);
  return Buffer.from(Array.from({ length: bytes }, () => random(256)));
}

describe('contents that differ', () => {
  it('have their parts, each its own', async () => {
    const files = (word: string) => ['a', 'b', 'c'].map((name) => fileOf(name, text(`${word} ${name}`)));
    const found = await dataDifferences(files('x'), files('y'));
    const changed = found
      .filter(({ kind }) => kind === 'content')
      .map(({ path, parts }) => [path, JSON.stringify(parts).match(/ [abc]"/g)?.length ?? 0]);
    assert.deepEqual(changed, [
      ['a', 2],
      ['b', 2],
      ['c', 2],
    ]);
  });

  it('are found although the entries come in a different order', async () => {
    const files = (word: string) =>
      Array.from({ length: 50 }, (_, at) => fileOf(`f${at}`, text(`${word} ${at}`)));
    const found = await dataDifferences(files('x'), files('y').reverse());
    const contents = found.filter(({ kind }) => kind === 'content');
    assert.equal(contents.length, 50);
    assert.ok(contents.every(({ parts }) => parts?.[0]?.kind === 'text'));
  });

  it('are not read side by side where that would hold too much, and a part says so', async () => {
    const files = (word: string) =>
      Array.from({ length: 50 }, (_, at) => fileOf(`f${at}`, text(`${word} ${at}`)));
    const found = await dataDifferences(files('x'), files('y').reverse(), { heldBytes: 40, passes: 2 });
    const contents = found.filter(({ kind }) => kind === 'content');
    assert.ok(contents.every(({ parts }) => parts !== undefined && parts.length > 0));
    assert.ok(contents.some(({ parts }) => parts?.[0]?.kind === 'unread'));
  });

  it('are compared block by block where they are too large for memory', async () => {
    const published = elfOf([{ name: '.rodata', type: 1, bytes: noise(400_000) }]);
    const rebuilt = Buffer.from(published);
    rebuilt[300_000]! ^= 1;
    const [found] = await dataDifferences([fileOf('a', published)], [fileOf('a', rebuilt)], {
      contentBytes: 1000,
    });
    assert.equal(found?.parts?.[0]?.windows?.[0]?.publishedOffset, 300_000);
    assert.equal(found?.parts?.[0]?.place, 'section .rodata');
    assert.equal(found?.parts?.at(-1)?.kind, 'unread');
  });

  it('are compared in a thread where they are large, with the same result', async () => {
    const published = noise(3_000_000);
    const rebuilt = Buffer.from(published);
    rebuilt[2_000_000]! ^= 1;
    const [found] = await dataDifferences([fileOf('a', published)], [fileOf('a', rebuilt)]);
    assert.equal(found?.parts?.[0]?.windows?.[0]?.publishedOffset, 2_000_000);
  });

  it('are looked into as far as a package pair may cost', async () => {
    const files = (word: string) => ['a', 'b'].map((name) => fileOf(name, text(word)));
    const found = await dataDifferences(files('x'), files('y'), { totalBytes: 30 });
    assert.deepEqual(
      found.filter(({ kind }) => kind === 'content').map(({ parts }) => parts?.[0]?.kind),
      ['text', 'unread'],
    );
  });

  it('are distinguished where one path occurs several times', async () => {
    const found = await dataDifferences(
      [fileOf('a', text('x')), fileOf('a', text('second x'))],
      [fileOf('a', text('x')), fileOf('a', text('second y'))],
    );
    const content = found.find(({ kind }) => kind === 'content');
    assert.equal(content?.name, 'number 2');
    assert.ok(JSON.stringify(content?.parts).includes('second'));
  });

  it('show a move with the attributes that changed on the way', async () => {
    const found = await dataDifferences(
      [fileOf('old/a', text('x'))],
      [fileOf('new/a', text('x'), { mode: 0o600 })],
    );
    assert.deepEqual(
      found.map(({ kind, published, rebuilt }) => [kind, published, rebuilt]),
      [
        ['moved', 'old/a', 'new/a'],
        ['mode', '0644', '0600'],
      ],
    );
  });

  it('show where two encoders diverged', async () => {
    const tar = tarOf([fileOf('a', 'text '.repeat(10_000))]);
    const packed = (level: number) => sourceOf(apkOf({ dataMember: gzipSync(tar, { level }) }));
    const comparison = await comparePackages(packed(1), packed(9));
    assert.ok(isUnequal(comparison));
    const found = allDifferences(comparison.sections).filter(({ section }) => section === 'data');
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['gzip-header', 'compression'],
    );
    assert.ok(found[1]?.parts?.some(({ place }) => place === 'first deflate block that differs'));
  });
});

describe('diff', () => {
  it('compares two folders without following a link', async (test) => {
    const folder = temporaryFolder(test);
    for (const side of ['published', 'rebuilt']) {
      mkdirSync(join(folder, side, 'sub'), { recursive: true });
      writeFileSync(join(folder, side, 'same'), 'same');
      writeFileSync(join(folder, side, 'sub/text'), text(side));
      symlinkSync(`/nowhere/${side}`, join(folder, side, 'link'));
      writeFileSync(join(folder, side, `moved-${side}`), 'the same content');
    }
    const result = await diff(join(folder, 'published'), join(folder, 'rebuilt'));
    assert.ok(result.kind === 'trees');
    assert.deepEqual(
      result.comparison.differences.map(({ kind, path }) => [kind, path]),
      [
        ['link-target', 'link'],
        ['moved', 'moved-published'],
        ['content', 'sub/text'],
      ],
    );
    assert.equal(result.comparison.differences[2]?.parts?.[0]?.kind, 'text');
  });

  const plain: readonly (readonly [
    what: string,
    published: Uint8Array | string,
    rebuilt: Uint8Array | string,
  ])[] = [
    ['texts', text('x'), text('y')],
    ['gzip files that are no packages', gzipSync(text('x')), gzipSync(text('y'))],
  ];
  for (const [what, published, rebuilt] of plain) {
    it(`compares two plain files: ${what}`, async (test) => {
      const folder = temporaryFolder(test);
      writeFileSync(join(folder, 'published'), published);
      writeFileSync(join(folder, 'rebuilt'), rebuilt);
      const result = await diff(join(folder, 'published'), join(folder, 'rebuilt'));
      assert.ok(result.kind === 'trees');
      assert.ok(JSON.stringify(result.comparison.differences).includes('"kind":"text"'));
      const same = await diff(join(folder, 'published'), join(folder, 'published'));
      assert.ok(same.kind === 'trees' && same.comparison.likeness === 'identical');
    });
  }

  it('refuses a folder and a file', async (test) => {
    const folder = temporaryFolder(test);
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(diff(folder, join(folder, 'file')), failure('usage'));
  });
});
