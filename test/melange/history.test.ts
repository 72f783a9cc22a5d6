import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatOf } from '../../src/melange/format.ts';
import { changes, oldest } from '../../src/melange/history.ts';
import { compareVersions, parseRelease } from '../../src/melange/version.ts';
import { files, read } from '../support/imports.ts';
import { root } from '../support/lab.ts';
import { historyPage } from '../support/melange-history.ts';

test('the changes are in the order of versions, and each says what it changed, where, and to what', () => {
  for (const [index, { since, what, source, set }] of changes.entries()) {
    const before = changes[index - 1];
    if (before !== undefined)
      assert.ok(compareVersions(parseRelease(before.since)!, parseRelease(since)!) <= 0, since);
    assert.match(what, /[^.]$/, since);
    assert.match(source, /^(pkg\/|apko |go\.mod: )/, since);
    assert.ok(Object.keys(set).length > 0, since);
  }
});

test('no change sets a value that was set before', () => {
  for (const { since, what, set } of changes) {
    const [release, rest] = [parseRelease(since)!, changes.filter((each) => each.since !== since)];
    const earlier = rest.filter((each) => compareVersions(parseRelease(each.since)!, release) < 0).at(-1);
    const before = earlier === undefined ? oldest : formatOf(parseRelease(earlier.since)!);
    for (const [key, value] of Object.entries(set)) {
      const old: unknown = before[key as keyof typeof oldest];
      const same =
        typeof value === 'object' && !Array.isArray(value) ? { ...(old as object), ...value } : value;
      assert.notDeepEqual(same, old, `${since}: ${what}`);
    }
  }
});

test('every switch is read by what depends on it', () => {
  const readers = files.filter((file) => !file.startsWith('melange/')).map(read);
  const names = Object.entries(oldest).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value) ? [name, ...Object.keys(value)] : [name],
  );
  const unread = names.filter((name) => {
    const reading = new RegExp(`[.{,']\\s*${name}\\b`);
    return !readers.some((text) => reading.test(text));
  });
  assert.deepEqual(unread, []);
});

test('the page of changes is what the table gives: npm run history', () => {
  assert.equal(readFileSync(join(root, 'docs/melange/history.md'), 'utf8'), historyPage());
});
