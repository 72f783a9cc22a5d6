/** Ids that Wolfi published, of records that public documents give in full (facts of packages of 2026). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { declaredLicense } from '../../../../src/emit/sbom/production/license.ts';
import { joinPaths, recordId } from '../../../../src/emit/sbom/production/syft-record.ts';
import { fixtures } from '../../../support/lab.ts';
import { slowHash } from './slow-hash.ts';

interface PublishedId {
  readonly generation: 0 | 1;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly arch: string;
  readonly description: string;
  readonly commit: string;
  readonly license: string;
  readonly paths: readonly string[];
}

const { apk } = JSON.parse(readFileSync(join(fixtures, 'production-ids.json'), 'utf8')) as {
  readonly apk: readonly PublishedId[];
};

/** The record written down from the definition. */
function slowId({ generation, ...own }: PublishedId): string {
  const digest = {
    type: 'Digest',
    fields: [
      ['Algorithm', ''],
      ['Value', ''],
    ],
  } as const;
  const file = (path: string) => ({
    type: 'ApkFileRecord',
    fields: [
      ['Path', path],
      ['OwnerUID', ''],
      ['OwnerGID', ''],
      ['Permissions', ''],
      ['Digest', digest],
    ] as const,
  });
  const { expression, value } = declaredLicense(own.license)!;
  const license = {
    type: 'License',
    fields: [
      ['SPDXExpression', expression],
      ['Value', value],
      ['Type', 'declared'],
    ],
  } as const;
  const metadata = {
    type: 'ApkDBEntry',
    fields: [
      ['Package', own.name],
      ['OriginPackage', own.origin],
      ['Maintainer', ''],
      ['Version', own.version],
      ['Architecture', own.arch],
      ['URL', ''],
      ['Description', own.description],
      ['Size', 0n],
      ['InstalledSize', 0n],
      ['Dependencies', { set: [] }],
      ['Provides', { set: [] }],
      ['Checksum', ''],
      ['GitCommit', own.commit],
      ['Files', { set: own.paths.map(file) }],
    ],
  } as const;
  const record = {
    type: 'Package',
    fields: [
      ['Name', own.name],
      ['Version', own.version],
      ['Locations', { set: ['/.PKGINFO'] }],
      ['Licenses', { set: [license] }],
      ['Type', 'apk'],
      ['Metadata', metadata],
    ],
  } as const;
  return slowHash(record, generation).toString(16).padStart(16, '0');
}

describe('the ids of packages that Wolfi published', () => {
  for (const own of apk) {
    it(`follow from the record: ${own.name} ${own.version} ${own.arch}, generation ${own.generation}`, () => {
      const { name, version, origin, description, commit } = own;
      const record = {
        ...{ name, version, origin, description, commit, architecture: own.arch },
        ...{ maintainer: '', url: '', dependencies: [], provides: [] },
        ...{ size: 0, installedSize: 0, checksum: '', location: '/.PKGINFO' },
        license: declaredLicense(own.license),
        files: joinPaths(own.paths),
      };
      assert.equal(recordId(record, own.generation), own.id);
      assert.notEqual(recordId(record, own.generation === 0 ? 1 : 0), own.id);
      assert.equal(slowId(own), own.id);
    });
  }
});
