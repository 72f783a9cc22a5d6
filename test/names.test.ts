import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type KeyName,
  logFileName,
  ownFileName,
  type PathPart,
  packageFileName,
  parseArchitecture,
  parseFileName,
  parseKeyName,
  parsePackageName,
  parsePackageVersion,
} from '../src/names.ts';

const parsers: readonly (readonly [name: string, parse: (text: string) => PathPart | undefined])[] = [
  ['package', parsePackageName],
  ['version', parsePackageVersion],
  ['architecture', parseArchitecture],
  ['key', parseKeyName],
  ['file', parseFileName],
];

const never: Readonly<Record<string, string>> = {
  nothing: '',
  'this folder': '.',
  'the folder above': '..',
  'a way up': '../x',
  'a way up inside': 'a/../../x',
  'dots in a row': 'a..b',
  'an absolute path': '/etc',
  'a folder': 'a/b',
  'a folder of another system': 'a\\b',
  'a zero byte': 'a\0b',
  'a line break': 'a\nb',
  'a carriage return': 'a\r',
  'a control character': 'a\u001bb',
  'a C1 control character': 'a\u0085b',
  'a line separator': 'a\u2028b',
  'what turns the direction': 'a\u202eb',
  'a byte that is not UTF-8': 'a\udcffb',
  'a leading dash': '-rf',
  'two leading dashes': '--out=x',
  '4 KiB': 'a'.repeat(4096),
  'more than a file system takes': 'a'.repeat(256),
};

describe('a plain name', () => {
  for (const [what, text] of Object.entries(never)) {
    it(`is not ${what}`, () => {
      for (const [name, parse] of parsers) assert.equal(parse(text), undefined, name);
    });
  }

  it('is the form of the names of packages, versions, architectures and keys', () => {
    for (const text of ['hello', 'py3.12-pip', 'libstdc++', 'gcc_s', '7zip'])
      assert.equal(parsePackageName(text), text);
    for (const text of ['1.4.2-r3', '1.0_rc2-r7', '20240229-r0', '1.2~git3-r0'])
      assert.equal(parsePackageVersion(text), text);
    for (const text of ['x86_64', 'aarch64', 'armv7', 'noarch']) assert.equal(parseArchitecture(text), text);
    for (const text of [
      'wolfi-signing.rsa.pub',
      'alpine-devel@lists.alpinelinux.org-4a6a0840.rsa.pub',
      'my key.pub',
    ])
      assert.equal(parseKeyName(text), text);
  });

  it('stays one part of a path, whatever it was parsed from', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-a./\\\0\n~ @]{0,12}$/));
    fc.assert(
      fc.property(text, fc.constantFrom(...parsers), (given, [, parse]) => {
        const name = parse(given);
        if (name === undefined) return;
        assert.equal(join('/root', name), `/root/${name}`);
        assert.equal(basename(name), name);
        assert.ok(Buffer.byteLength(name) <= 255 && !name.startsWith('-') && !/[\0-\x1f\x7f]/.test(name));
      }),
    );
  });

  it('is made of names, and never of text that is not one', () => {
    const name = parsePackageName('a'.repeat(120))!;
    const version = parsePackageVersion('1'.repeat(120))!;
    assert.ok(packageFileName({ name, version }).length <= 255);
    assert.equal(logFileName({ subject: parsePackageName('flint')!, position: '2.1' }), 'flint-2.1.log');
    assert.throws(() => ownFileName('../x'), TypeError);
    // @ts-expect-error: text is not a name before it was parsed.
    const unparsed: KeyName = '../x';
    assert.equal(parseKeyName(unparsed), undefined);
  });
});
