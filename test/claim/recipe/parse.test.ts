import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRecipe } from '../../../src/claim/recipe/parse.ts';
import { fullVersion } from '../../../src/claim/recipe/recipe.ts';
import { Failure, type FailureCode } from '../../../src/failure.ts';

const minimal = { name: 'hello', version: '1.10', epoch: '3' };

describe('parsing a recipe', () => {
  it('reads keys by their meaning and absent ones as zero', () => {
    const { recipe, findings } = parseRecipe(
      source({
        after: [
          'environment:',
          '  accounts:',
          '    users: [{username: build, uid: 1000, gid: 0}, {username: other, uid: 0x10}]',
          'pipeline: [{runs: "true\\n", assertions: {required-steps: 1}}]',
        ],
      }),
    );
    assert.deepEqual(findings, []);
    assert.equal(fullVersion(recipe), '1.10-r3');
    assert.deepEqual(
      recipe.environment.accounts.users.map(({ uid, gid }) => [uid, gid]),
      [
        [1000, 0],
        [16, undefined],
      ],
    );
    assert.equal(recipe.pipeline[0]?.runs, 'true\n');
    assert.equal(recipe.pipeline[0]?.assertions.requiredSteps, 1);
    assert.deepEqual(recipe.pipeline[0]?.with, new Map());
    assert.deepEqual(recipe.subpackages, []);
  });

  it('reports what melange does not write', () => {
    const { findings } = parseRecipe(
      source({ inside: ['  maintainer: me'], after: ['data: []', 'subpackages: [{name: b, range: c}]'] }),
    );
    assert.deepEqual(
      findings.map(({ kind, path }) => `${kind} ${path}`),
      ['unknown-key package.maintainer', 'unknown-key data', 'unknown-key subpackages[0].range'],
    );
  });

  it('reports wrong types where they have no influence on the package', () => {
    const { recipe, findings } = parseRecipe(
      source({
        inside: ['  resources: large', '  annotations: [a]'],
        after: ['update: {enabled: maybe}', 'test: {pipeline: [{runs: [a]}]}'],
      }),
    );
    assert.deepEqual(
      findings.map(({ kind, path }) => `${kind} ${path}`),
      [
        'wrong-type package.resources',
        'wrong-type package.annotations',
        'wrong-type update.enabled',
        'wrong-type test.pipeline[0].runs',
      ],
    );
    assert.equal(recipe.update.enabled, false);
  });
});

const refused: readonly (readonly [name: string, FailureCode, Uint8Array])[] = [
  ['no package', 'recipe-unreadable', Buffer.from('pipeline: []\n')],
  ['a package that is text', 'recipe-unreadable', Buffer.from('package: hello\n')],
  ['no name', 'recipe-unreadable', source({ name: '""' })],
  ['a name that is a list', 'recipe-unreadable', source({ name: '[hello]' })],
  ['no version', 'recipe-unreadable', source({ version: '~' })],
  ['an epoch that is text', 'recipe-unreadable', source({ epoch: '"3"' })],
  ['a negative epoch', 'recipe-unreadable', source({ epoch: '-3' })],
  ['a pipeline that is text', 'recipe-unreadable', source({ after: ['pipeline: make'] })],
  ['a step that is text', 'recipe-unreadable', source({ after: ['pipeline: [make]'] })],
  ['a script that is a list', 'recipe-unreadable', source({ after: ['pipeline: [{runs: [make]}]'] })],
  [
    'a uid that is a name',
    'recipe-unreadable',
    source({ after: ['environment: {accounts: {users: [{uid: a}]}}'] }),
  ],
  ['a subpackage without a name', 'recipe-unreadable', source({ after: ['subpackages: [{url: b}]'] })],
  ['a name that leads out of the folder', 'unsafe-recipe', source({ name: '../../../escaped' })],
  ['a name with a slash', 'unsafe-recipe', source({ name: 'a/b' })],
  ['a name that is the folder itself', 'unsafe-recipe', source({ name: '"."' })],
  ['a name that is the folder above', 'unsafe-recipe', source({ name: '".."' })],
  ['a hidden name', 'unsafe-recipe', source({ name: '.hello' })],
  ['a name that is a flag', 'unsafe-recipe', source({ name: '-rf' })],
  ['a name with NUL', 'unsafe-recipe', source({ name: '"a\\0b"' })],
  ['a name with a newline', 'unsafe-recipe', source({ name: '"a\\n"' })],
  ['a name with a space', 'unsafe-recipe', source({ name: 'a b' })],
  ['a name with a byte that is not UTF-8', 'unsafe-recipe', source({ name: '!!binary gA==' })],
  ['a name with a variable left', 'unsafe-recipe', source({ name: 'a-${{range.key' })],
  ['a name that is too long', 'unsafe-recipe', source({ name: 'a'.repeat(129) })],
  ['a version with a slash', 'unsafe-recipe', source({ version: '1/2' })],
  ['a version that is a flag', 'unsafe-recipe', source({ version: '-1' })],
  [
    'a subpackage with the name of the package',
    'unsafe-recipe',
    source({ after: ['subpackages: [{name: hello}]'] }),
  ],
  [
    'two subpackages of one name',
    'unsafe-recipe',
    source({ after: ['subpackages: [{name: b}, {name: b}]'] }),
  ],
  [
    'a subpackage that leads out',
    'unsafe-recipe',
    source({ after: ['subpackages: [{name: b}, {name: ../c}]'] }),
  ],
];

describe('a recipe that cannot be used', () => {
  for (const [name, code, bytes] of refused) {
    it(`is ${code}: ${name}`, () => {
      assert.throws(
        () => parseRecipe(bytes),
        (error) => error instanceof Failure && error.code === code,
      );
    });
  }
});

interface Parts {
  readonly name?: string;
  readonly version?: string;
  readonly epoch?: string;
  readonly inside?: readonly string[];
  readonly after?: readonly string[];
}

function source({ name, version, epoch, inside = [], after = [] }: Parts): Uint8Array {
  const lines = [
    'package:',
    `  name: ${name ?? minimal.name}`,
    `  version: ${version ?? minimal.version}`,
    `  epoch: ${epoch ?? minimal.epoch}`,
    ...inside,
    ...after,
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}
