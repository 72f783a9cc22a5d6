import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferOwner, recordedNames } from '../../../src/claim/traits/owner.ts';
import { directoryOf, fileOf, type Part, readParts } from '../../support/apk-builder.ts';

const sbom = fileOf('var/lib/db/sbom/sample-1.0-r0.spdx.json', '{}');
const isSbom = ({ name }: { readonly name: string }) => name === sbom.name;
const owned = (name: string, uid: number, gid: number): Part => fileOf(name, '', { uid, gid });

test('the builder is one ordinary user who owns every file, else root', async () => {
  const cases: [what: string, data: Part[], owner: readonly [number, number]][] = [
    ['nothing', [], [0, 0]],
    ['only the SBOM', [sbom], [0, 0]],
    ['a Mac', [owned('a', 501, 20), owned('b', 501, 20), sbom], [501, 20]],
    ['a user', [owned('a', 1001, 1001)], [1001, 1001]],
    ['root', [owned('a', 0, 0)], [0, 0]],
    ['one file of root', [owned('a', 501, 20), owned('b', 0, 0)], [0, 0]],
    ['two groups', [owned('a', 501, 20), owned('b', 501, 0)], [0, 0]],
    ['a daemon', [owned('a', 101, 101)], [0, 0]],
    ['nobody', [owned('a', 65534, 65534)], [0, 0]],
    ['folders do not count', [{ ...directoryOf('d'), uid: 0 }, owned('d/a', 501, 20)], [501, 20]],
    ['links do not count', [{ name: 'l', type: '2', link: 'a' }, owned('a', 501, 20)], [501, 20]],
  ];
  for (const [what, data, [uid, gid]] of cases) {
    const { entries } = (await readParts({ data })).data;
    assert.deepEqual(inferOwner(entries, 'disk-files-only', isSbom), { uid, gid }, what);
    assert.deepEqual(inferOwner(entries, 'root', isSbom), { uid: 0, gid: 0 }, what);
  }
});

test('names are those that the entries carry', async () => {
  const { entries } = (await readParts({ data: [fileOf('a', '', { uid: 7, uname: 'seven', gname: '' })] }))
    .data;
  const { users, groups } = recordedNames(entries);
  assert.deepEqual([[...users], [...groups]], [[[7, 'seven']], [[0, '']]]);
});
