import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, directory, file } from './support.ts';

describe('documentation', () => {
  const cases: [string, string, Parameters<typeof analyse>[0], string[]][] = [
    [
      'of manual pages needs man-db, for the directory of a section',
      'foo-doc',
      { 'usr/share/man/man1/a.1': file() },
      ['man-db'],
    ],
    ['of info files needs texinfo', 'foo-doc', { 'usr/share/info/a.info': file() }, ['texinfo']],
    [
      'of both needs both',
      'foo-doc',
      { 'usr/share/info/a': file(), 'usr/share/man/b': file() },
      ['man-db', 'texinfo'],
    ],
    ['of an empty directory needs nothing', 'foo-doc', { 'usr/share/man': directory }, []],
    ['counts in packages named -doc only', 'foo-docs', { 'usr/share/man/man1/a.1': file() }, []],
  ];
  for (const [name, packageName, nodes, expected] of cases) {
    it(name, () => assert.deepEqual(analyse(nodes, { packageName }).runtime, expected));
  }
});
