import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guessCpes } from '../../../../src/emit/sbom/production/cpe.ts';
import { declaredLicense } from '../../../../src/emit/sbom/production/license.ts';
import { recordElement } from '../../../../src/emit/sbom/production/production-elements.ts';
import { joinPaths, recordId, type SyftRecord } from '../../../../src/emit/sbom/production/syft-record.ts';
import { type Vector, vectors } from './vectors.ts';

function recordOf(vector: Vector): SyftRecord {
  const { name, version, origin, description, commit, license } = vector;
  return {
    name,
    version,
    origin,
    description,
    commit,
    architecture: vector.architecture ?? 'x86_64',
    maintainer: '',
    url: vector.url ?? '',
    license: declaredLicense(license),
    dependencies: vector.dependencies ?? [],
    provides: vector.provides ?? [],
    size: vector.size ?? 0,
    installedSize: 0,
    checksum: vector.checksum ?? '',
    location: '/.PKGINFO',
    files: joinPaths(vector.files),
  };
}

function elementOf(vector: Vector) {
  const record = recordOf(vector);
  return recordElement(record, {
    cpes: guessCpes(record.name, record.version, record.url),
    namespace: 'wolfi',
    generation: 0,
  });
}

describe('a record', () => {
  for (const vector of vectors) {
    it(`has the id and the element that syft gives ${vector.name} (${vector.description})`, () => {
      assert.equal(recordId(recordOf(vector), 0), vector.id);
      const element = elementOf(vector);
      assert.equal(element.SPDXID, `SPDXRef-Package-apk-${vector.name.replaceAll('+', '-')}-${vector.id}`);
      assert.equal(element.licenseDeclared, vector.licenseDeclared);
      assert.equal(element.downloadLocation, vector.url ?? 'NOASSERTION');
      assert.equal(element.description, vector.description || undefined);
      const purl = element.externalRefs?.at(-1);
      assert.equal(purl?.referenceType, 'purl');
      if (vector.purl !== undefined) assert.equal(purl?.referenceLocator, vector.purl);
    });

    it(`has the CPEs that syft guesses for ${vector.name} (${vector.description})`, () => {
      const pairs = (elementOf(vector).externalRefs ?? [])
        .slice(0, -1)
        .map(({ referenceLocator }) => /^cpe:2\.3:a:(.*):[^:]*(?::\*){7}$/.exec(referenceLocator)?.[1]);
      if (typeof vector.cpes === 'string') assert.deepEqual(pairs, vector.cpes.split(' '));
      else {
        assert.equal(pairs.length, vector.cpes.count);
        for (const [place, pair] of Object.entries(vector.cpes.some))
          assert.equal(pairs[Number(place)], pair);
      }
    });
  }

  it('has a different id as soon as one path is added', () => {
    const record = recordOf(vectors[0]!);
    const more = { ...record, files: joinPaths([...vectors[0]!.files, 'usr/lib/more']) };
    for (const generation of [0, 1] as const)
      assert.notEqual(recordId(more, generation), recordId(record, generation));
  });
});

describe('the place to download from', () => {
  const cases: readonly (readonly [url: string, expected: string])[] = [
    ['', 'NOASSERTION'],
    ['none', 'NONE'],
    ['NONE', 'NONE'],
    ['https://example.org/x?a=1&b', 'https://example.org/x?a=1&b'],
    ['/path', '/path'],
    ['mailto:x', 'mailto:x'],
    ['example.org', 'NOASSERTION'],
    ['not a url', 'NOASSERTION'],
    ['https://ex%zz.org/', 'NOASSERTION'],
    [' https://example.org/', 'NOASSERTION'],
  ];
  for (const [url, expected] of cases) {
    it(`of ${JSON.stringify(url)} is ${expected}`, () => {
      assert.equal(elementOf({ ...vectors[0]!, url }).downloadLocation, expected);
    });
  }
});
