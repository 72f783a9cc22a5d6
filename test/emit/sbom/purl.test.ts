import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePurl } from '../../../src/claim/sbom/parse-purl.ts';
import { normalizePurl, type Purl, purlText } from '../../../src/emit/sbom/purl.ts';
import { Failure } from '../../../src/failure.ts';
import type { PurlEscaping } from '../../../src/melange/format.ts';

/** Recorded from packageurl-go v0.1.3, v0.1.4 (v0.1.5 is equal) and v0.1.6, after `Normalize`. */
const recorded: readonly [Purl, Readonly<Record<PurlEscaping, string>>][] = [
  [
    { type: 'github', namespace: 'Wolfi-Dev', name: 'OS', version: '5d7a', subpath: './a+b c.yaml' },
    {
      '0.1.3': 'pkg:github/wolfi-dev/os@5d7a#./a+b%20c.yaml',
      '0.1.4': 'pkg:github/wolfi-dev/os@5d7a#./a%2Bb%20c.yaml',
      '0.1.6': 'pkg:github/wolfi-dev/os@5d7a#./a%2Bb%20c.yaml',
    },
  ],
  [
    {
      type: 'generic',
      namespace: '',
      name: 'A_b+c',
      version: '1.0_rc1+git~1:2',
      qualifiers: { download_url: 'https://h.org/a b?x=1&y=(2)', checksum: 'sha512:abc', empty: '' },
    },
    {
      '0.1.3':
        'pkg:generic/A_b%2Bc@1.0_rc1%2Bgit~1%3A2?checksum=sha512%3Aabc&download_url=https%3A%2F%2Fh.org%2Fa+b%3Fx%3D1%26y%3D%282%29',
      '0.1.4':
        'pkg:generic/A_b%2Bc@1.0_rc1%2Bgit~1:2?checksum=sha512:abc&download_url=https:%2F%2Fh.org%2Fa%20b%3Fx%3D1%26y%3D%282%29',
      '0.1.6':
        'pkg:generic/A_b%2Bc@1.0_rc1%2Bgit~1:2?checksum=sha512:abc&download_url=https:%2F%2Fh.org%2Fa%20b%3Fx%3D1%26y%3D%282%29',
    },
  ],
  [
    { type: 'github', namespace: 'https:', name: '/gitlab.com/a/b/c', version: '5d7a', subpath: 'x.yaml' },
    {
      '0.1.3': 'pkg:github/https%3A/%2Fgitlab.com%2Fa%2Fb%2Fc@5d7a#x.yaml',
      '0.1.4': 'pkg:github/https:/%2Fgitlab.com%2Fa%2Fb%2Fc@5d7a#x.yaml',
      '0.1.6': 'pkg:github/https:/%2Fgitlab.com%2Fa%2Fb%2Fc@5d7a#x.yaml',
    },
  ],
  [
    { type: 'gitlab', namespace: '/a b/', name: "c!$&'()*,;=@d", version: 'v1' },
    {
      '0.1.3': 'pkg:gitlab/a%20b/c%21%24%26%27%28%29%2A%2C%3B%3D%40d@v1',
      '0.1.4': 'pkg:gitlab/a%20b/c%21%24%26%27%28%29%2A%2C%3B%3D%40d@v1',
      '0.1.6': "pkg:gitlab/a%20b/c!$&'()*,;=%40d@v1",
    },
  ],
  [
    { type: 'github', namespace: 'o', name: 'r', version: 'é', subpath: "dir//f!$&'()*+,;=:@?.yaml" },
    {
      '0.1.3': 'pkg:github/o/r@%C3%A9#dir//f!$&%27()*+,;=:@?.yaml',
      '0.1.4': 'pkg:github/o/r@%C3%A9#dir/f%21%24%26%27%28%29%2A%2B%2C%3B%3D:%40%3F.yaml',
      '0.1.6': "pkg:github/o/r@%C3%A9#dir//f!$&'()*%2B,;=:%40%3F.yaml",
    },
  ],
];

for (const [purl, texts] of recorded) {
  test(`the package URL of ${purl.namespace}/${purl.name} is escaped as each library does`, () => {
    for (const escaping of ['0.1.3', '0.1.4', '0.1.6'] as const) {
      assert.equal(purlText(normalizePurl(purl), escaping), texts[escaping], escaping);
    }
  });
}

test('a package URL that is not normalised keeps its case', () => {
  const purl: Purl = { type: 'apk', namespace: 'Wolfi', name: 'Foo', version: '1' };
  assert.equal(purlText(purl, '0.1.6'), 'pkg:apk/Wolfi/Foo@1');
});

test('lower case is that of each character by itself', () => {
  const purl = normalizePurl({ type: 'github', namespace: 'ΑΣ', name: 'İX', version: '' });
  assert.deepEqual([purl.namespace, purl.name], ['ας'.replace('ς', 'σ'), 'ix']);
});

test('a package URL without a name or with a relative path is unsupported', () => {
  const named: Purl = { type: 'github', namespace: 'o', name: 'r', version: '' };
  for (const purl of [
    { ...named, name: '' },
    { ...named, subpath: 'a/../b' },
    { ...named, subpath: 'a/.' },
  ]) {
    assert.throws(
      () => normalizePurl(purl),
      (error) => error instanceof Failure && error.code === 'unsupported',
    );
  }
});

test('a package URL reads back as it was, in every escaping', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  const segment = text.map((value) => value.replaceAll('/', '-'));
  const escapings = fc.constantFrom<PurlEscaping>('0.1.3', '0.1.4', '0.1.6');
  fc.assert(
    fc.property(segment, text, text, text, escapings, (namespace, name, version, url, escaping) => {
      const purl: Purl = { type: 'generic', namespace, name, version, qualifiers: { url } };
      const parsed = parsePurl(purlText(purl, escaping));
      assert.deepEqual(parsed, { ...purl, qualifiers: new Map([['url', url]]), subpath: '' });
    }),
  );
});
