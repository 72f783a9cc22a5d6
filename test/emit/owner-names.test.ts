import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namesFromAccounts, parseOsRelease } from '../../src/emit/owner-names.ts';

test('the last of several names for one id counts', () => {
  const { users, groups } = namesFromAccounts(
    'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\nnobody:x:65534:65534::/:\nbroken\nno:x:id:0\nneg:x:-1:0\n:x:7:7',
    'root:x:0:\nstaff:x:50:a,b\n',
  );
  assert.deepEqual(
    [...users],
    [
      [0, 'toor'],
      [65534, 'nobody'],
      [7, ''],
    ],
  );
  assert.deepEqual(
    [...groups],
    [
      [0, 'root'],
      [50, 'staff'],
    ],
  );
});

test('os-release gives its two values, quoted or not', () => {
  const cases: [text: string, id: string, versionId: string][] = [
    ['ID=wolfi\nVERSION_ID="20230201"\n', 'wolfi', '20230201'],
    ["ID='a b'\nVERSION_ID=1\nID=later", 'later', '1'],
    ['#ID=x\n ID=y\nVERSION=2', '', ''],
    ['ID="', '"', ''],
    ['', '', ''],
  ];
  for (const [text, id, versionId] of cases) assert.deepEqual(parseOsRelease(text), { id, versionId }, text);
});

test('any files of accounts can be read', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      namesFromAccounts(text, text);
      parseOsRelease(text);
    }),
  );
});
