import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EntryRules, entryPath, requireSafeEntries } from '../../src/apk/entry-rules.ts';
import { codeOf, failure } from '../support/failures.ts';

type Shape = Parameters<EntryRules['accept']>[0];

const file = (name: string): Shape => ({ name, type: '0', linkname: '' });
const folder = (name: string): Shape => ({ name, type: '5', linkname: '' });
const link = (name: string, linkname: string): Shape => ({ name, type: '2', linkname });
const hard = (name: string, linkname: string): Shape => ({ name, type: '1', linkname });

test('an ordinary tree is safe, with or without slashes behind folders, whatever its links say', () => {
  requireSafeEntries([
    folder('usr/'),
    folder('usr/bin'),
    file('usr/bin/tool'),
    hard('usr/bin/same', 'usr/bin/tool'),
    link('usr/bin/up', '../../../../etc/passwd'),
    link('usr/bin/absolute', '/etc/passwd'),
    file('opt/without/folders'),
    folder('opt/without'),
    file('usr/bin/..tool'),
    file('usr/bin/...'),
    file('.hidden'),
    file('usr/.PKGINFO'),
    { name: 'dev/null', type: '3', linkname: '' },
  ]);
});

test('what could write elsewhere, or twice, is refused', () => {
  const cases: [entries: Shape[], code: 'unsafe-entry' | 'duplicate-entry'][] = [
    [[file('/etc/passwd')], 'unsafe-entry'],
    [[file('../x')], 'unsafe-entry'],
    [[file('a/../../x')], 'unsafe-entry'],
    [[file('a/..')], 'unsafe-entry'],
    [[folder('../')], 'unsafe-entry'],
    [[file('./a')], 'unsafe-entry'],
    [[file('a//b')], 'unsafe-entry'],
    [[folder('a//')], 'unsafe-entry'],
    [[file('')], 'unsafe-entry'],
    [[folder('/')], 'unsafe-entry'],
    [[folder('.')], 'unsafe-entry'],
    [[file('a\0b')], 'unsafe-entry'],
    [[link('a', '/etc'), file('a/passwd')], 'unsafe-entry'],
    [[link('a', 'b'), folder('a/b'), file('a/b/c')], 'unsafe-entry'],
    [[file('a'), file('a/b')], 'unsafe-entry'],
    [[{ name: 'a', type: '3', linkname: '' }, file('a/b')], 'unsafe-entry'],
    [[file('a/b'), link('a', '/etc')], 'duplicate-entry'],
    [[file('a/b'), file('a')], 'duplicate-entry'],
    [[file('a'), file('a')], 'duplicate-entry'],
    [[folder('a'), folder('a/')], 'duplicate-entry'],
    [[file('a'), link('a', 'b')], 'duplicate-entry'],
    [[hard('a', 'b')], 'unsafe-entry'],
    [[hard('a', '/etc/passwd')], 'unsafe-entry'],
    [[hard('a', '../../etc/passwd')], 'unsafe-entry'],
    [[hard('a', 'b'), file('b')], 'unsafe-entry'],
    [[hard('a', 'a')], 'unsafe-entry'],
    [[link('b', '/etc/passwd'), hard('a', 'b')], 'unsafe-entry'],
    [[folder('b'), hard('a', 'b')], 'unsafe-entry'],
  ];
  for (const [entries, code] of cases) {
    assert.throws(() => requireSafeEntries(entries), failure(code), JSON.stringify(entries));
  }
});

test('control files are refused only at the top of the data', () => {
  const names = [
    '.PKGINFO',
    '.INSTALL',
    '.melange.yaml',
    '.trigger',
    '.pre-install',
    '.post-deinstall',
    '.post-upgrade',
    '.SIGN.RSA.x',
    '.SIGN.DSA.any',
  ];
  for (const name of names) {
    assert.throws(() => requireSafeEntries([file(name)]), failure('unsafe-entry'), name);
    requireSafeEntries([file(`a/${name}`)]);
  }
  requireSafeEntries([file('.PKGINFOX'), file('.SIGN'), file('.pre-anything')]);
});

test('no accepted path resolves to anything above the root, or through anything but folders', async () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b', 'c/', '/d', 'a\0');
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const entry = fc.record({ name, type: fc.constantFrom('0', '1', '2', '5'), linkname: name });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
      const rules = new EntryRules();
      const accepted = new Map<string, string>();
      for (const each of entries) {
        const code = await codeOf(() => rules.accept(each));
        if (code === undefined) accepted.set(entryPath(each), each.type);
        else assert.ok(code === 'unsafe-entry' || code === 'duplicate-entry', code);
      }
      for (const [path] of accepted) {
        const parts = path.split('/');
        assert.ok(
          parts.every((each) => each !== '' && each !== '.' && each !== '..' && !each.includes('\0')),
          path,
        );
        for (let length = 1; length < parts.length; length++) {
          const type = accepted.get(parts.slice(0, length).join('/'));
          assert.ok(type === undefined || type === '5', path);
        }
      }
    }),
  );
});

test('a path leads through a bounded number of folders', () => {
  const path = (parts: number) => Array.from({ length: parts }, () => 'd').join('/');
  requireSafeEntries([file(path(256))]);
  assert.throws(() => requireSafeEntries([file(path(257))]), failure('limit-exceeded'));
});

test('folders that are implied are found again by later entries', () => {
  requireSafeEntries([file('a/b/c'), folder('a'), folder('a/b'), hard('a/b/d', 'a/b/c')]);
  assert.throws(() => requireSafeEntries([file('a/b/c'), file('a/b')]), failure('duplicate-entry'));
});
