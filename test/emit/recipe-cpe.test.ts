import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpeText } from '../../src/emit/recipe-cpe.ts';
import { recipeOf } from './sbom/input.ts';

test('a CPE names vendor, product and the version without the epoch; what is not given is `*`', () => {
  const cpe = { vendor: 'acme', product: 'x-y' };
  assert.equal(cpeText(recipeOf({ cpe })), 'cpe:2.3:a:acme:x-y:1.2.3:*:*:*:*:*:*:*');
});

test('a CPE has all its fields in the order of the specification', () => {
  const cpe = {
    part: 'o',
    vendor: 'acme',
    product: 'x',
    edition: 'e',
    language: 'en',
    swEdition: 'community',
    targetSw: 'linux',
    targetHw: 'x64',
    other: 'rest',
  };
  assert.equal(cpeText(recipeOf({ cpe })), 'cpe:2.3:o:acme:x:1.2.3:*:e:en:community:linux:x64:rest');
});

test('without vendor and product there is no CPE', () => {
  assert.equal(cpeText(recipeOf()), undefined);
  assert.equal(cpeText(recipeOf({ cpe: { vendor: 'acme' } })), undefined);
});
