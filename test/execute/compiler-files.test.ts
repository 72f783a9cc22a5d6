import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { compilerFiles, type PackageNote } from '../../src/execute/compiler-files.ts';
import { formatAt } from '../emit/sbom/input.ts';
import { lacks } from '../support/programs.ts';

const note: PackageNote = {
  namespace: 'wolfi',
  name: 'foo',
  version: '1.2.3-r4',
  architecture: 'x86_64',
  cpe: undefined,
};

function filesOf(version: string, given = note): Map<string, string> {
  return new Map(compilerFiles(formatAt(version), given).map(({ path, text }) => [path, text]));
}

test('the files of v0.59.1 are those that melange writes (docs/melange/running.md#compiler-files)', () => {
  const goldens: [path: string, size: number, sha256: string][] = [
    ['.melange.gcc.spec', 120, 'efbea81654e66b8866fef651ac8ac05152a0f575cb3545b3e50372c1d9f182f4'],
    ['.melange.clang.cfg', 116, 'c933965bc293c222cbd1556f89ec74f7ac2e573c3ecc7df3e62e5b145dd58e5f'],
    ['.melange.fdo.h', 585, 'a601bbc8449715dbaa9f71a227528358455cd020d428a448c9030273100937d4'],
    [
      '.config/clang-15/x86_64-unknown-linux-gnu-clang++.cfg',
      78,
      '60b473e16684923dd13183ca8431eaeffab53ffe82473c641f3cc1ac6687c3a4',
    ],
  ];
  const files = filesOf('v0.59.1');
  for (const [path, size, digest] of goldens) {
    const bytes = Buffer.from(files.get(path)!);
    assert.deepEqual([bytes.length, sha256(bytes)], [size, digest], path);
  }
  assert.equal([...files.keys()].filter((path) => path.startsWith('.config/')).length, 112);
  assert.equal(files.size, 115);
});

test('the note names the architecture of the package, the compilers of both are configured', () => {
  const files = filesOf('v0.59.1', { ...note, architecture: 'aarch64' });
  for (const path of ['.melange.gcc.spec', '.melange.clang.cfg', '.melange.fdo.h']) {
    assert.match(files.get(path)!, /architecture[\\"]+:[\\"]+aarch64[\\"]/, path);
  }
  const driversOf = (architecture: string) =>
    [...files.keys()].filter((path) => path.includes(`/${architecture}-unknown-linux-gnu-`)).length;
  assert.deepEqual([driversOf('x86_64'), driversOf('aarch64')], [56, 56]);
});

test('each version writes the files that it knew', () => {
  const cases: [version: string, count: number, spec: string | undefined][] = [
    ['v0.19.0', 0, undefined],
    ['v0.19.1', 1, '*link:\n+ --package-metadata='],
    ['v0.45.3', 1, '*link:\n+ --package-metadata='],
    ['v0.46.0', 114, '*link:\n+ --package-metadata='],
    ['v0.56.0', 115, '*link:\n+ %{!r:--package-metadata='],
  ];
  for (const [version, count, spec] of cases) {
    const files = filesOf(version);
    assert.equal(files.size, count, version);
    const text = files.get('.melange.gcc.spec');
    assert.equal(text?.startsWith(spec ?? '') ?? spec, spec === undefined ? undefined : true, version);
  }
});

test('a CPE is noted since v0.37.1', () => {
  const named = { ...note, cpe: 'cpe:2.3:a:foo:foo:1.2.3:*:*:*:*:*:*:*' };
  assert.equal(filesOf('v0.37.0', named).get('.melange.gcc.spec')!.includes('appCpe'), false);
  assert.match(
    filesOf('v0.37.1', named).get('.melange.gcc.spec')!,
    /,"appCpe":"cpe:2\.3:a:foo:foo:1\.2\.3:\*/,
  );
});

test('the header is C, whatever the values are', () => {
  const header = filesOf('v0.59.1', { ...note, namespace: 'a"b\\c' }).get('.melange.fdo.h')!;
  assert.match(header, /"\{\\"type\\":\\"apk\\",\\"os\\":\\"a\\"b\\\\c\\"/);
});

test('a compiler takes the header', { skip: lacks('gcc') }, () => {
  const header = filesOf('v0.59.1').get('.melange.fdo.h')!;
  const input = `${header}int main(void) { return melange_package_note.type != 0xcafe1a7eu; }\n`;
  execFileSync('gcc', ['-x', 'c', '-fsyntax-only', '-'], { input, stdio: ['pipe', 'ignore', 'ignore'] });
});
