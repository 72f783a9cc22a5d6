import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import { writeRecipe } from '../../../src/claim/recipe/write.ts';
import { formatOf, type RecipeForm } from '../../../src/melange/format.ts';
import { parseRelease } from '../../../src/melange/version.ts';
import { fullestLab } from '../../support/lab.ts';
import { recipes } from './arbitrary.ts';

const newest = formOf('v0.59.1');

describe('writing a recipe', () => {
  it('is undone by parsing', () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const written = writeRecipe(recipe, newest);
        const parsed = parseRecipe(written);
        assert.deepEqual(parsed, { recipe, findings: [] });
        assert.deepEqual(writeRecipe(parsed.recipe, newest), written);
      }),
      { numRuns: 30 },
    );
  });

  it('gives back blocks that are present but empty', () => {
    assertIdentity('v0.59.1', [
      'package:',
      '  name: a',
      '  version: "1"',
      '  epoch: 0',
      '  options: {}',
      '  scriptlets: {}',
      '  resources: {}',
      'pipeline:',
      '  - needs:',
      '      packages: []',
      '    assertions: {}',
      'update:',
      '  enabled: true',
      '  manual: false',
      '  require-sequential: false',
      '  git: {}',
      'test:',
      '  pipeline: []',
    ]);
  });

  it('gives back a scriptlet whose first newline was lost', () => {
    assertIdentity('v0.59.1', [
      'package:',
      '  name: a',
      '  version: "1"',
      '  epoch: 0',
      '  scriptlets:',
      '    post-install: |2',
      '      #!/bin/sh',
      '      true',
    ]);
  });

  it('has all three options before v0.23.8 and only those that are set since', () => {
    const lines = ['package:', '  name: a', '  version: "1"', '  epoch: 0', '  options:'];
    const set = '    no-commands: true';
    assertIdentity('v0.23.7', [...lines, '    no-provides: false', '    no-depends: false', set]);
    assertIdentity('v0.23.8', [...lines, set]);
  });

  it('has each locked package once, sorted by name before v0.18.2 and by all of the text since', () => {
    const recipe = (packages: readonly string[]) =>
      [
        'package:',
        '  name: a',
        '  version: "1"',
        '  epoch: 0',
        'environment:',
        '  contents:',
        '    packages:',
        ...packages.map((each) => `      - ${each}`),
      ].join('\n');
    const { recipe: read } = parseRecipe(Buffer.from(recipe(['b=1', 'b-dev=1', 'a=2', 'b=1'])));
    const sorted = { 'v0.18.1': ['a=2', 'b=1', 'b-dev=1'], 'v0.18.2': ['a=2', 'b-dev=1', 'b=1'] };
    for (const [release, packages] of Object.entries(sorted))
      assert.equal(Buffer.from(writeRecipe(read, formOf(release))).toString(), `${recipe(packages)}\n`);
  });

  it('has no require-sequential before v0.17.4', () => {
    const lines = [
      'package:',
      '  name: a',
      '  version: "1"',
      '  epoch: 0',
      'update:',
      '  enabled: true',
      '  manual: false',
    ];
    assertIdentity('v0.17.3', lines);
    assertIdentity('v0.17.4', [...lines, '  require-sequential: false']);
  });
});

function formOf(release: string): RecipeForm {
  return formatOf(parseRelease(release)!).recipe;
}

function assertIdentity(release: string, lines: readonly string[]): void {
  const text = `${lines.join('\n')}\n`;
  const { recipe, findings } = parseRecipe(Buffer.from(text));
  assert.deepEqual(findings, []);
  assert.equal(Buffer.from(writeRecipe(recipe, formOf(release))).toString(), text);
}

const repository = join(fullestLab, 'repository');

describe('published packages', () => {
  for (const name of readdirSync(repository)) {
    it(`read and written are the same bytes: ${name}`, () => {
      // Folders that name no release have production's forms of what v0.59.1 built.
      const form = formOf(/v\d+\.\d+\.\d+$/.exec(name)?.[0] ?? 'v0.59.1');
      const folder = join(repository, name, 'x86_64');
      for (const file of readdirSync(folder).filter((each) => each.endsWith('.apk'))) {
        const published = recipeOf(readFileSync(join(folder, file)));
        const { recipe, findings } = parseRecipe(published);
        assert.deepEqual(findings, [], file);
        assert.deepEqual(Buffer.from(writeRecipe(recipe, form)), published, file);
      }
    });
  }
});

/** The content of `.melange.yaml`, found by its tar header in the concatenated sections. */
function recipeOf(apk: Buffer): Buffer {
  const tar = gunzipSync(apk);
  for (let at = 0; at < tar.length; at += 512) {
    if (tar.toString('latin1', at, at + 14) !== '.melange.yaml\0') continue;
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    return tar.subarray(at + 512, at + 512 + size);
  }
  return assert.fail('the package has no recipe');
}
