import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forArchitectures, isPackageName, parseSubjectName } from '../../src/flow/subject-name.ts';

const names: readonly (readonly [
  text: string,
  name: string,
  version?: string | undefined,
  architecture?: string,
  unfinished?: string,
])[] = [
  ['curl', 'curl'],
  ['curl=8.1.2-r0', 'curl', '8.1.2-r0'],
  ['curl:aarch64', 'curl', undefined, 'aarch64'],
  ['curl=8.1.2-r0:x86_64', 'curl', '8.1.2-r0', 'x86_64'],
  ['curl=8.1.2:x86_64', 'curl', undefined, 'x86_64', '8.1.2'],
  ['g++:riscv64', 'g++', undefined, 'riscv64'],
];
const others = [
  'curl:',
  'curl:ARM',
  'curl:a:b',
  ':aarch64',
  'curl=one:aarch64',
  'curl=8.1.2-r0:',
  'curl:../x',
  '',
];

describe('the name of a package of a repository', () => {
  for (const [text, name, version, architecture, unfinished] of names) {
    it(`is read from ${text}`, () => {
      assert.deepEqual(parseSubjectName(text), { name, version, unfinished, architecture });
      assert.ok(isPackageName(text));
    });
  }

  for (const text of others) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(parseSubjectName(text), undefined);
      assert.ok(!isPackageName(text));
    });
  }

  it('is asked for each architecture, unless it names one itself or is no name', () => {
    const asked = ['curl', 'curl=1-r0', 'curl:x86_64', './curl.apk', 'https://example.org/curl.apk'];
    assert.deepEqual(
      asked.flatMap((each) => forArchitectures(each, ['x86_64', 'aarch64'])),
      ['curl:x86_64', 'curl:aarch64', 'curl=1-r0:x86_64', 'curl=1-r0:aarch64', ...asked.slice(2)],
    );
  });
});
