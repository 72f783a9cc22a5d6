import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emittedDependencies } from '../../../src/emit/dependencies/dependencies.ts';
import { analyse, elf, file, noDependencies, program, treeWith } from './support.ts';

const nothing = { runtime: [], provides: [], vendored: [], skipped: [] };

describe('options of a package', () => {
  const nodes = {
    'usr/bin/a': program('#!/bin/bash\n'),
    'usr/lib/liba.so.1': file(elf({ soname: ['liba.so.1'], needed: ['libc.so.6'] })),
    'opt/libb.so.2': file(elf({ soname: ['libb.so.2'] })),
  };
  const all = analyse(nodes);

  it('leave everything when not set', () => {
    assert.deepEqual(all.runtime, ['cmd:bash', 'so:libc.so.6']);
    assert.deepEqual(all.provides, ['cmd:a=1.2-r3', 'so-ver:liba.so.1=1.2-r3', 'so:liba.so.1=1']);
    assert.deepEqual(all.vendored, ['so-ver:libb.so.2=1.2-r3', 'so:libb.so.2=2']);
  });

  it('no-commands removes commands from both lists', () => {
    const found = analyse(nodes, { options: { noCommands: true } });
    assert.deepEqual(found, { ...all, runtime: ['so:libc.so.6'], provides: all.provides.slice(1) });
  });

  it('no-depends and no-provides empty one list each, and leave what is vendored', () => {
    assert.deepEqual(analyse(nodes, { options: { noDepends: true } }), { ...all, runtime: [] });
    assert.deepEqual(analyse(nodes, { options: { noProvides: true } }), { ...all, provides: [] });
  });
});

describe('emitted lists', () => {
  const rows: [
    string,
    Parameters<typeof emittedDependencies>[0],
    Parameters<typeof emittedDependencies>[1],
    Partial<ReturnType<typeof emittedDependencies>>,
  ][] = [
    [
      'are in byte order and without duplicates',
      { ...noDependencies, runtime: ['b', 'é', 'a', 'b', 'A@pin'], provides: ['z', 'y'] },
      { ...nothing, runtime: ['a', 'c'], provides: ['y'] },
      { runtime: ['A@pin', 'a', 'b', 'c', 'é'], provides: ['y', 'z'] },
    ],
    [
      'lack needs that are provided, declared ones too, and keep those with a version',
      { ...noDependencies, runtime: ['cmd:x', 'foo=1'], provides: ['cmd:x=1', 'foo=1'] },
      { ...nothing, runtime: ['so:a.so.1', 'perl~5'], provides: ['so:a.so.1=1', 'perl=5'] },
      { runtime: ['foo=1', 'perl~5'] },
    ],
    [
      'lack generated needs that are vendored, but no declared ones',
      { ...noDependencies, runtime: ['so:a.so.1'] },
      { ...nothing, runtime: ['so:a.so.1', 'so:b.so.1'], vendored: ['so:a.so.1=1', 'so:b.so.1=1'] },
      { runtime: ['so:a.so.1'], vendored: ['so:a.so.1=1', 'so:b.so.1=1'] },
    ],
    [
      'have so-ver needs without their version',
      noDependencies,
      {
        ...nothing,
        runtime: ['so-ver:a.so.1>=1-r0', 'so-ver:b.so.1>=1-r0', 'so-ver:c.so.1>=1-r0'],
        provides: ['so-ver:b.so.1=1-r0'],
        vendored: ['so-ver:c.so.1=1-r0'],
      },
      { runtime: ['so-ver:a.so.1'] },
    ],
    [
      'have what the package replaces in the order of the recipe',
      { ...noDependencies, replaces: ['b', 'a', 'b'] },
      nothing,
      { replaces: ['b', 'a', 'b'] },
    ],
    [
      'keep needs of the package itself where it provides nothing',
      noDependencies,
      { ...nothing, runtime: ['so:a.so.1'] },
      { runtime: ['so:a.so.1'] },
    ],
  ];
  for (const [name, declared, generated, expected] of rows) {
    it(name, () => {
      const emitted = emittedDependencies(declared, generated);
      assert.deepEqual({ ...emitted, ...expected }, emitted);
    });
  }
});

describe('needs that are met nearby', () => {
  const library = (name: string) => file(elf({ soname: [name] }));
  const needs = program(elf({ interpreter: '/lib/ld-musl-x86_64.so.1', needed: ['liba.so.1', 'libb.so.1'] }));
  const runtimeOf = (nodes: Parameters<typeof analyse>[0], given: Parameters<typeof analyse>[1] = {}) =>
    emittedDependencies(noDependencies, analyse(nodes, given)).runtime;
  const own = { 'usr/bin/a': needs, 'usr/lib/liba.so.1': library('liba.so.1') };

  it('by the package itself are left out', () => {
    assert.deepEqual(runtimeOf(own), ['so:libb.so.1', 'so:libc.musl-x86_64.so.1']);
  });

  it('by the package itself stay where it provides nothing', () => {
    assert.deepEqual(runtimeOf(own, { options: { noProvides: true } }), [
      'so:liba.so.1',
      'so:libb.so.1',
      'so:libc.musl-x86_64.so.1',
    ]);
  });

  it('by a library outside the directories of libraries are left out whatever the options', () => {
    const nodes = { 'usr/bin/a': needs, 'opt/liba.so.1': library('liba.so.1') };
    for (const noProvides of [false, true]) {
      assert.deepEqual(runtimeOf(nodes, { options: { noProvides } }), [
        'so:libb.so.1',
        'so:libc.musl-x86_64.so.1',
      ]);
    }
  });

  it('by a sibling stay, under the name of the library', () => {
    const others = { 'foo-libs': treeWith({ 'usr/lib/libb.so.1': library('libb.so.1') }) };
    assert.deepEqual(runtimeOf({ 'usr/bin/a': needs }, { others }), [
      'so:liba.so.1',
      'so:libb.so.1',
      'so:libc.musl-x86_64.so.1',
    ]);
  });

  it('by a command of the package are left out, unless commands are', () => {
    const nodes = { 'usr/bin/a': program('#!/usr/bin/b\n'), 'usr/bin/b': program('#!/usr/bin/c\n') };
    assert.deepEqual(runtimeOf(nodes), ['cmd:c']);
    assert.deepEqual(runtimeOf(nodes, { options: { noCommands: true } }), []);
  });
});
