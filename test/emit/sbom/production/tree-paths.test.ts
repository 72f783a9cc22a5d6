import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noElements } from '../../../../src/emit/sbom/production/hash.ts';
import { hashPath, joinPaths } from '../../../../src/emit/sbom/production/syft-record.ts';
import { joinFiles, pathsBeforeSbom, treePaths } from '../../../../src/emit/sbom/production/tree-paths.ts';
import { assertLinear } from '../../../support/linear.ts';

const sbom = 'var/lib/db/sbom/a-1-r0.spdx.json';
const folders = ['var', 'var/lib', 'var/lib/db', 'var/lib/db/sbom'];

describe('the paths before the SBOM', () => {
  it('lack the SBOM and the folders that hold nothing else', () => {
    assert.deepEqual(pathsBeforeSbom(['usr', 'usr/bin', ...folders, sbom], sbom)[0], ['usr', 'usr/bin']);
  });

  it('keep every folder that holds something', () => {
    const [likeliest] = pathsBeforeSbom([...folders, sbom, 'var/lib/own'], sbom);
    assert.deepEqual(likeliest, ['var', 'var/lib', 'var/lib/own']);
  });

  it('may have had the bare folders, each with those above it', () => {
    assert.deepEqual(pathsBeforeSbom([...folders, sbom, 'var/cache'], sbom), [
      ['var', 'var/cache'],
      ['var', 'var/cache', 'var/lib'],
      ['var', 'var/cache', 'var/lib', 'var/lib/db'],
      ['var', 'var/cache', 'var/lib', 'var/lib/db', 'var/lib/db/sbom'],
    ]);
  });

  it('keep another file beside the SBOM', () => {
    const other = 'var/lib/db/sbom/other.spdx.json';
    assert.deepEqual(pathsBeforeSbom([...folders, sbom, other], sbom), [[...folders, other]]);
  });
});

describe('a list of files', () => {
  it('has the root in front of every path', () => {
    assert.deepEqual(joinFiles(treePaths(['usr', 'usr/bin']), 'root'), joinPaths(['.', 'usr', 'usr/bin']));
    assert.deepEqual(joinFiles(treePaths(['usr']), 'nothing'), joinPaths(['.', 'usr']));
  });

  it('of an empty tree is the root alone or nothing', () => {
    assert.deepEqual(joinFiles(treePaths([]), 'root'), hashPath('.'));
    assert.deepEqual(joinFiles(treePaths([]), 'nothing'), noElements);
  });

  it('is hashed in a time that grows with its paths', () => {
    // How long it takes is measured by `npm run bench -- production-id`.
    assertLinear(2500, (length) =>
      treePaths(Array.from({ length }, (_, index) => `usr/share/bulk/directory-${index % 97}/file-${index}`)),
    );
  });
});
