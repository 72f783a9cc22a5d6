import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Copyright } from '../../../src/claim/recipe/recipe.ts';
import { extractedLicenses, licenseExpression, licenseId } from '../../../src/emit/sbom/licenses.ts';
import { Failure } from '../../../src/failure.ts';
import { copyright, formatAt, inputAt, recipeOf } from './input.ts';

const withLicenses = (...entries: Copyright[]) => recipeOf({ package: { copyright: entries } });

/** Recorded from melange v0.59.1. */
const normalised: Readonly<Record<string, string>> = {
  MIT: 'MIT',
  'GPL-2.0': 'GPL-2.0',
  'GPL-2.0-or-later WITH Classpath-exception-2.0': 'GPL-2.0-or-later WITH Classpath-exception-2.0',
  'LicenseRef-x': 'LicenseRef-x',
  'LicenseRef-a_b': 'LicenseRef-LicenseRef-a-b',
  'MIT AND Foo': 'LicenseRef-MIT-AND-Foo',
  'Custom License_v1': 'LicenseRef-Custom-License-v1',
  'a/b (c)': 'LicenseRef-ab-c',
  日本: 'LicenseRef-cf2abf0c5be326cb',
  '': '',
};

test('licences that SPDX does not know become LicenseRef-', () => {
  for (const [license, id] of Object.entries(normalised)) assert.equal(licenseId(license, '2.7.0'), id);
});

test('before v0.37.4 licences stay as written', () => {
  for (const license of Object.keys(normalised)) assert.equal(licenseId(license, 'none'), license);
});

test('a licence is normalised by the list of its time', () => {
  const ids = ['v0.38.0', 'v0.43.3', 'v0.50.0', 'v0.50.8'].map((version) =>
    ['UnRAR', 'OSC-1.0', 'MVT-1.1'].filter((id) => licenseId(id, formatAt(version).sbom.licenses) === id),
  );
  assert.deepEqual(ids, [[], ['UnRAR'], ['UnRAR', 'OSC-1.0'], ['UnRAR', 'OSC-1.0', 'MVT-1.1']]);
});

test('licences are joined with OR before v0.29.1, with AND since, without brackets', () => {
  const recipe = withLicenses(copyright('MIT OR Zlib'), copyright('ISC'));
  assert.equal(licenseExpression(recipe, formatAt('v0.29.0')), 'MIT OR Zlib OR ISC');
  assert.equal(licenseExpression(recipe, formatAt('v0.29.1')), 'MIT OR Zlib AND ISC');
});

test('an empty licence joins only what follows something', () => {
  const format = formatAt('v0.59.1');
  assert.equal(licenseExpression(withLicenses(copyright(''), copyright('MIT')), format), 'MIT');
  assert.equal(licenseExpression(withLicenses(copyright('MIT'), copyright('')), format), 'MIT AND ');
  assert.equal(licenseExpression(withLicenses(), format), '');
});

test('an unknown licence without a file is extracted as a remark, from v0.37.4 on', () => {
  const recipe = withLicenses(copyright('Foo bar'), copyright('MIT'));
  assert.deepEqual(extractedLicenses(inputAt('v0.37.4', { recipe })), [
    { licenseId: 'LicenseRef-Foo-bar', extractedText: 'Non-SPDX License: Foo bar' },
  ]);
  assert.equal(extractedLicenses(inputAt('v0.37.3', { recipe })), undefined);
});

test('a licence file is extracted under the licence it stands for', () => {
  const recipe = withLicenses(
    copyright('MIT', { licensePath: 'LICENSE' }),
    copyright('Foo', { licensePath: 'FOO' }),
  );
  const licenseTexts = new Map([
    ['LICENSE', 'one'],
    ['FOO', 'two'],
  ]);
  const idsAt = (version: string) =>
    extractedLicenses(inputAt(version, { recipe, licenseTexts }))?.map(({ licenseId: id }) => id);
  assert.deepEqual(idsAt('v0.37.4'), ['MIT', 'LicenseRef-Foo']);
  assert.deepEqual(idsAt('v0.37.3'), ['MIT', 'Foo']);
});

test('the last of two entries for one licence counts', () => {
  const recipe = withLicenses(copyright('MIT', { licensePath: 'A' }), copyright('MIT', { licensePath: 'B' }));
  const licenseTexts = new Map([
    ['A', 'one'],
    ['B', 'two'],
  ]);
  assert.deepEqual(extractedLicenses(inputAt('v0.59.1', { recipe, licenseTexts })), [
    { licenseId: 'MIT', extractedText: 'two' },
  ]);
});

test('extracted licences follow the published order, unknown ids of it ignored', () => {
  const recipe = withLicenses(copyright('A'), copyright('B'), copyright('C'));
  const extractedOrder = ['LicenseRef-C', 'LicenseRef-Z', 'LicenseRef-C', 'LicenseRef-A'];
  const ids = extractedLicenses(inputAt('v0.59.1', { recipe, extractedOrder }))?.map(
    (entry) => entry.licenseId,
  );
  assert.deepEqual(ids, ['LicenseRef-C', 'LicenseRef-A', 'LicenseRef-B']);
});

test('a licence file that the workspace lacks is output-missing', () => {
  const recipe = withLicenses(copyright('MIT', { licensePath: 'LICENSE' }));
  assert.throws(
    () => extractedLicenses(inputAt('v0.59.1', { recipe })),
    (error) => error instanceof Failure && error.code === 'output-missing',
  );
});
