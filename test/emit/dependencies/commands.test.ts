import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, file, link, program } from './support.ts';

describe('commands', () => {
  const cases: [string, Parameters<typeof analyse>[0], string[]][] = [
    ['are programs in the four directories', { 'usr/bin/a': program() }, ['cmd:a=1.2-r3']],
    ['need no write permission', { 'sbin/a': file('', 0o555) }, ['cmd:a=1.2-r3']],
    ['may have more permissions', { 'bin/a': file('', 0o6777) }, ['cmd:a=1.2-r3']],
    ['must be for everybody', { 'usr/sbin/a': file('', 0o754) }, []],
    ['are not found one level down', { 'usr/bin/sub/a': program() }, []],
    ['are not found elsewhere', { 'usr/local/bin/a': program() }, []],
    ['are never links', { 'usr/bin/a': program(), 'usr/bin/b': link('a') }, ['cmd:a=1.2-r3']],
  ];
  for (const [name, nodes, expected] of cases) {
    it(name, () => assert.deepEqual(analyse(nodes).provides, expected));
  }
});
