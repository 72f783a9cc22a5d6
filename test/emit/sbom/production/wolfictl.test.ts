/**
 * Records of real Wolfi packages as wolfictl published them with its tests, made from a `.PKGINFO` with sizes and digests. They are
 * not part of this project: WOLFI_REPRO_WOLFICTL names the folder pkg/sbom/testdata/goldenfiles of a checkout.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { guessCpes } from '../../../../src/emit/sbom/production/cpe.ts';
import { declaredLicense } from '../../../../src/emit/sbom/production/license.ts';
import { originCpe } from '../../../../src/emit/sbom/production/origin-cpe.ts';
import { joinPaths, recordId } from '../../../../src/emit/sbom/production/syft-record.ts';

const folder = process.env['WOLFI_REPRO_WOLFICTL'];
const lacks =
  folder === undefined &&
  'no records of wolfictl at hand (WOLFI_REPRO_WOLFICTL=its pkg/sbom/testdata/goldenfiles)';

interface Artifact {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly locations: readonly { readonly path: string }[];
  readonly licenses: readonly { readonly value: string }[];
  readonly cpes: readonly { readonly cpe: string; readonly source: string }[];
  readonly metadata: {
    readonly originPackage: string;
    readonly maintainer: string;
    readonly architecture: string;
    readonly url: string;
    readonly description: string;
    readonly size: number;
    readonly installedSize: number;
    readonly pullDependencies: readonly string[] | null;
    readonly provides: readonly string[] | null;
    readonly pullChecksum: string;
    readonly gitCommitOfApkPort: string;
    readonly files: readonly { readonly path: string }[];
  };
}

describe('records that wolfictl made', { skip: lacks }, () => {
  for (const file of lacks === false ? records() : []) {
    const { artifacts } = JSON.parse(readFileSync(join(folder!, file), 'utf8')) as { artifacts: Artifact[] };
    const own = artifacts.find(({ type }) => type === 'apk')!;
    const { name, version, metadata } = own;

    it(`have the same id here: ${file}`, () => {
      const id = recordId(
        {
          name,
          version,
          architecture: metadata.architecture,
          origin: metadata.originPackage,
          maintainer: metadata.maintainer,
          url: metadata.url,
          description: metadata.description,
          commit: metadata.gitCommitOfApkPort,
          license: declaredLicense(own.licenses[0]?.value ?? ''),
          dependencies: metadata.pullDependencies ?? [],
          provides: metadata.provides ?? [],
          size: metadata.size,
          installedSize: metadata.installedSize,
          checksum: metadata.pullChecksum,
          location: own.locations[0]!.path,
          files: joinPaths(metadata.files.map(({ path }) => path)),
        },
        0,
      );
      assert.equal(id, own.id);
    });

    it(`have the same CPEs here: ${file}`, () => {
      const guessed = own.cpes.filter(({ source }) => source === 'syft-generated').map(({ cpe }) => cpe);
      if (guessed.length > 0) assert.deepEqual(guessCpes(name, version, metadata.url), guessed);
      else assert.notEqual(originCpe(metadata.originPackage, version), undefined);
    });
  }
});

function records(): string[] {
  return ['x86_64', 'aarch64'].flatMap((architecture) =>
    readdirSync(join(folder!, architecture))
      .filter((name) => name.endsWith('.syft.json'))
      .map((name) => `${architecture}/${name}`),
  );
}
