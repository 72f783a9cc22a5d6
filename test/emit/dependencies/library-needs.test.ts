import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, elf, file, link, program, treeWith } from './support.ts';

const needs = (...needed: string[]) => ({ 'usr/bin/a': program(elf({ needed })) });

describe('libraries of the host', () => {
  const libraries = ['libcuda.so.1', 'libnvidia-ml.so.1'];
  const rows: [string, string, string[], string[], string[]][] = [
    // version, needed, provided, behind a link
    ['libcuda only is not needed before v0.30.1', 'v0.29.1', ['libnvidia-ml.so.1'], libraries, libraries],
    [
      'libcuda is not provided since v0.29.2',
      'v0.29.2',
      ['libnvidia-ml.so.1'],
      ['libnvidia-ml.so.1'],
      libraries,
    ],
    ['none is needed or provided since v0.30.1', 'v0.30.1', [], [], libraries],
    ['none is needed by a link since v0.41.1', 'v0.41.1', [], [], []],
  ];
  for (const [name, version, needed, provided, linked] of rows) {
    it(name, () => {
      const so = (names: readonly string[]) => names.map((library) => `so:${library}`);
      assert.deepEqual(analyse(needs(...libraries), { version }).runtime, so(needed));
      const found = analyse({ 'lib/a': program(elf({ soname: libraries })) }, { version });
      assert.deepEqual(
        found.provides.filter((one) => one.startsWith('so:')),
        so(provided).map((one) => `${one}=1`),
      );
      const others = { other: treeWith({ 'lib/liba.so.1': program(elf({ soname: libraries })) }) };
      const linkOutside = { 'opt/liba.so': link('liba.so.1') };
      assert.deepEqual(analyse(linkOutside, { version, others }).runtime, so(linked));
    });
  }
});

describe('needs that end in plain .so', () => {
  it('were dependencies in v0.30.1 and v0.30.2 only', () => {
    const runtime = (version: string) => analyse(needs('liba.so'), { version }).runtime;
    assert.deepEqual(['v0.30.0', 'v0.30.1', 'v0.30.2', 'v0.30.3'].map(runtime), [
      [],
      ['so:liba.so'],
      ['so:liba.so'],
      [],
    ]);
  });

  it('with others went to the package that has a file of that name, the last one', () => {
    const version = 'v0.30.2';
    const others = {
      'foo-a': treeWith({ 'usr/lib/liba.so.1': file() }),
      'foo-b': treeWith({ 'usr/lib/liba.so.1': link('x') }),
    };
    assert.deepEqual(analyse(needs('liba.so.1'), { version, others }).runtime, ['foo-b=1.2-r3']);
    const options = { noVendoredCrossPackageDeps: true };
    assert.deepEqual(analyse(needs('liba.so.1'), { version, others, options }).runtime, []);
    const own = { ...needs('liba.so.1'), 'usr/lib/liba.so.1': file() };
    assert.deepEqual(analyse(own, { version }).runtime, []);
    assert.deepEqual(analyse(own, { version: 'v0.30.3' }).runtime, ['so:liba.so.1']);
  });

  it('were left out in v0.30.2 where the file or the library is for a different system', () => {
    const version = 'v0.30.2';
    const foreign = ['libc.so', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'];
    assert.deepEqual(analyse(needs(...foreign), { version }).runtime, []);
    const aarch64 = { 'usr/bin/a': program(elf({ machine: 183, needed: ['liba.so.1'] })) };
    assert.deepEqual(analyse(aarch64, { version }).runtime, ['so:liba.so.1']);
    for (const shape of [{ machine: 3 }, { sections: ['.note.android.ident'] }]) {
      const nodes = { 'usr/bin/a': program(elf({ ...shape, needed: ['liba.so.1'] })) };
      assert.deepEqual(analyse(nodes, { version }).runtime, []);
      assert.deepEqual(analyse(nodes, { version: 'v0.30.1' }).runtime, ['so:liba.so.1']);
    }
  });
});

describe('versions of libraries', () => {
  const others = { 'foo-libs': treeWith({ 'usr/lib/liba.so.1': file(elf({ soname: ['liba.so.1'] })) }) };
  const loaders = ['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'];
  const nodes = needs('liba.so.1', 'libc.so.6', ...loaders);
  const versioned = (given: Parameters<typeof analyse>[1]) =>
    analyse(nodes, { others, versionedShlibDepends: true, ...given }).runtime.filter((one) =>
      one.startsWith('so-ver:'),
    );

  it('are needed of libraries of the build', () => {
    assert.deepEqual(versioned({}), ['so-ver:liba.so.1>=1.2-r3']);
  });

  it('are not needed of the loader of either architecture, though the build has it', () => {
    const files = Object.fromEntries(
      loaders.map((name) => [`usr/lib/${name}`, file(elf({ soname: [name] }))]),
    );
    assert.deepEqual(versioned({ others: { loaders: treeWith(files) } }), []);
  });

  it('are needed behind a link as well', () => {
    const found = analyse({ 'usr/lib/liba.so': link('liba.so.1') }, { others, versionedShlibDepends: true });
    assert.deepEqual(found.runtime, ['so-ver:liba.so.1>=1.2-r3', 'so:liba.so.1']);
  });

  it('are not needed where the variable, the option or the version of melange says so', () => {
    assert.deepEqual(versioned({ versionedShlibDepends: false }), []);
    assert.deepEqual(versioned({ options: { noVersionedShlibDeps: true } }), []);
    assert.deepEqual(versioned({ version: 'v0.26.12' }), []);
  });
});
