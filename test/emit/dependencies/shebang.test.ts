import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, file, link } from './support.ts';

describe('first lines of scripts', () => {
  const lines: [string, string, string[]][] = [
    ['name the program', '#!/usr/bin/perl -w\n', ['cmd:perl']],
    ['may have white space first', '#! \t/bin/bash\n', ['cmd:bash']],
    ['end with the file', '#!/bin/bash', ['cmd:bash']],
    ['end with a carriage return', '#!/bin/bash\r\n', ['cmd:bash']],
    ['separate words at every white space of Unicode', '#!/bin/a\u00a0b\n', ['cmd:a']],
    ['are cut after 80 bytes', `#!${' '.repeat(75)}/bin/bash\n`, ['cmd:bi']],
    ['leave trailing slashes out', '#!/usr/bin/\n', ['cmd:bin']],
    ['of slashes name the root', '#!//\n', ['cmd:/']],
    ['name the program behind env', '#!/usr/bin/env node\n', ['cmd:node']],
    ['name the program behind env -S', '#!/usr/bin/env -S node --x\n', ['cmd:node']],
    ['with env and -S alone name -S', '#!/usr/bin/env -S\n', ['cmd:-S']],
    ['with env -S and an option name nothing', '#!/usr/bin/env -S -i node\n', []],
    ['with env and several words name nothing', '#!/usr/bin/env A=1 node\n', []],
    ['with env alone name nothing', '#!/usr/bin/env\n', []],
    ['know env by its usual path only', '#!/bin/env node\n', ['cmd:env']],
    ['name no shell', '#!/bin/sh\n', []],
    ['name no awk', '#!/usr/bin/env awk\n', []],
    ['name no python without version', '#!/usr/bin/python3\n', []],
    ['name a python with version', '#!/usr/bin/python3.12\n', ['cmd:python3.12']],
    ['name no luajit', '#!/usr/bin/luajit\n', []],
    ['without a program name nothing', '#! \n', []],
    ['must begin the file', ' #!/bin/bash\n', []],
    ['are no lines of one byte', '#', []],
    ['are no empty files', '', []],
  ];
  for (const [name, line, expected] of lines) {
    it(name, () => assert.deepEqual(analyse({ 'usr/bin/a': file(line) }).runtime, expected));
  }

  const places: [string, string, string, boolean][] = [
    ['count below usr/bin', 'usr/bin/x/a', 'v0.59.1', true],
    ['count below usr/local/sbin', 'usr/local/sbin/a', 'v0.59.1', true],
    ['do not count in usr/sbin', 'usr/sbin/a', 'v0.59.1', false],
    ['do not count in bin', 'bin/a', 'v0.23.6', false],
    ['counted in bin before v0.23.6', 'bin/a', 'v0.23.5', true],
    ['did not count in usr/local/bin before v0.23.6', 'usr/local/bin/a', 'v0.23.5', false],
  ];
  for (const [name, path, version, counts] of places) {
    it(name, () => {
      assert.deepEqual(analyse({ [path]: file('#!/bin/a') }, { version }).runtime, counts ? ['cmd:a'] : []);
    });
  }

  it('count whatever the mode of the file', () => {
    for (const mode of [0o000, 0o400, 0o755, 0o6755]) {
      assert.deepEqual(
        analyse({ 'usr/bin/a': file('#!/bin/a\n', mode) }).runtime,
        ['cmd:a'],
        mode.toString(8),
      );
    }
  });

  it('named luajit before v0.23.0 and no ruby in v0.17.2', () => {
    const script = (program: string) => ({ 'usr/bin/a': file(`#!/usr/bin/${program}\n`) });
    assert.deepEqual(analyse(script('luajit'), { version: 'v0.22.2' }).runtime, ['cmd:luajit']);
    assert.deepEqual(analyse(script('ruby'), { version: 'v0.17.2' }).runtime, []);
    assert.deepEqual(analyse(script('ruby'), { version: 'v0.17.3' }).runtime, ['cmd:ruby']);
  });

  it('behind a link counted before v0.23.0', () => {
    const nodes = { 'usr/share/a': file('#!/bin/a'), 'usr/bin/b': link('../share/a') };
    assert.deepEqual(analyse(nodes, { version: 'v0.22.2' }).runtime, ['cmd:a']);
    assert.deepEqual(analyse(nodes, { version: 'v0.23.0' }).runtime, []);
  });

  it('without a program ended melange before v0.34.2, which is noted', () => {
    const nodes = { 'usr/bin/a': file('#!\n') };
    assert.deepEqual(analyse(nodes, { version: 'v0.34.1' }).skipped, [
      { path: 'usr/bin/a', reason: 'melange-fails' },
    ]);
    assert.deepEqual(analyse(nodes, { version: 'v0.34.2' }).skipped, []);
  });
});
