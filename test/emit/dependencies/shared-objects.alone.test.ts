import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, type Case, directory, elf, file, goBuildInfo, link, program, treeWith } from './support.ts';

const loader = '/lib64/ld-linux-x86-64.so.2';

describe('a program', () => {
  it('needs its interpreter and the libraries in its dynamic section', () => {
    const found = analyse({
      'usr/bin/a': program(elf({ interpreter: loader, needed: ['liba.so.1', 'libb.so.2.3'] })),
    });
    assert.deepEqual(found.runtime, ['so:ld-linux-x86-64.so.2', 'so:liba.so.1', 'so:libb.so.2.3']);
  });

  const interpreters: [string, string, string[]][] = [
    ['of musl needs its C library', '/lib/ld-musl-x86_64.so.1', ['so:libc.musl-x86_64.so.1']],
    ['of musl for aarch64 too', '/lib/ld-musl-aarch64.so.1', ['so:libc.musl-aarch64.so.1']],
    ['for aarch64 needs its interpreter', '/lib/ld-linux-aarch64.so.1', ['so:ld-linux-aarch64.so.1']],
    ['of an interpreter without directory needs it', 'ld.so', ['so:ld.so']],
    ['of an interpreter with a slash behind needs it', '/lib/x/', ['so:x']],
    ['of zero bytes around its interpreter needs it without them', '\0\0/lib/x\0', ['so:x']],
    ['of an empty interpreter needs none', '\0', []],
  ];
  for (const [name, interpreter, expected] of interpreters) {
    it(name, () =>
      assert.deepEqual(analyse({ 'usr/bin/a': program(elf({ interpreter })) }).runtime, expected),
    );
  }

  it('does not need what has no version', () => {
    assert.deepEqual(analyse({ 'usr/bin/a': program(elf({ needed: ['liba.so', 'odd'] })) }).runtime, []);
  });

  const named: [string, string, string, boolean][] = [
    ['has no SONAME', 'usr/lib/a', 'v0.59.1', false],
    ['named like a versioned library has its SONAME', 'usr/lib/libc.so.6', 'v0.16.0', true],
    ['named like a plain library has its SONAME', 'usr/lib/libc.so', 'v0.29.1', true],
    ['named like a plain library had none before v0.29.1', 'usr/lib/libc.so', 'v0.29.0', false],
  ];
  for (const [name, path, version, provides] of named) {
    it(name, () => {
      const nodes = { [path]: program(elf({ interpreter: loader, soname: ['libc.so.6'] })) };
      assert.equal(analyse(nodes, { version }).provides.includes('so:libc.so.6=6'), provides);
    });
  }

  it('may need very many libraries', () => {
    const needed = Array.from({ length: 200_000 }, (_, index) => `lib${index}.so.1`);
    assert.equal(analyse({ 'usr/bin/a': program(elf({ needed })) }).runtime.length, needed.length);
  });

  it('needs no execute permission since v0.30.1', () => {
    const nodes = { 'usr/bin/a': file(elf({ needed: ['liba.so.1'] })) };
    assert.deepEqual(analyse(nodes, { version: 'v0.30.0' }).runtime, []);
    assert.deepEqual(analyse(nodes, { version: 'v0.30.1' }).runtime, ['so:liba.so.1']);
  });
});

describe('a library', () => {
  const sonames: [string, string, string][] = [
    ['provides its version', 'liba.so.1.2', '1.2'],
    ['with letters in its version provides 0', 'liba.so.1a', '0'],
    ['without version provides 0', 'liba.so', '0'],
    ['with nothing behind .so. provides nothing as its version', 'liba.so.', ''],
    ['with two versions provides the first', 'liba.so.1.so.2', '1'],
    ['with other digits provides them', 'liba.so.٣', '٣'],
  ];
  for (const [name, soname, version] of sonames) {
    it(name, () => {
      assert.deepEqual(analyse({ 'usr/lib/a': file(elf({ soname: [soname] })) }).provides, [
        `so-ver:${soname}=1.2-r3`,
        `so:${soname}=${version}`,
      ]);
    });
  }

  it('elsewhere is vendored', () => {
    const found = analyse({ 'usr/lib/x/liba.so.1': file(elf({ soname: ['liba.so.1'] })) });
    assert.deepEqual(found.vendored, ['so-ver:liba.so.1=1.2-r3', 'so:liba.so.1=1']);
    assert.deepEqual(found.provides, []);
  });

  it('provides so-ver since v0.26.13', () => {
    const nodes = { 'lib/liba.so.1': program(elf({ soname: ['liba.so.1'] })) };
    assert.deepEqual(analyse(nodes, { version: 'v0.26.12' }).provides, ['so:liba.so.1=1']);
  });

  it('of 32 bits and the other byte order counts', () => {
    const nodes = { 'lib64/a': file(elf({ bits: 32, littleEndian: false, soname: ['liba.so.1'] })) };
    assert.deepEqual(analyse(nodes).provides, ['so-ver:liba.so.1=1.2-r3', 'so:liba.so.1=1']);
  });

  it('may have several SONAMEs', () => {
    const { provides } = analyse({ 'lib/a': file(elf({ soname: ['a.so.1', 'b.so.2'] })) });
    assert.deepEqual(
      provides.filter((name) => name.startsWith('so:')),
      ['so:a.so.1=1', 'so:b.so.2=2'],
    );
  });
});

describe('a link', () => {
  const library = file(elf({ soname: ['liba.so.1'] }));

  it('to a library of a sibling needs it, by the last part of its target', () => {
    const others = { 'foo-libs': treeWith({ 'usr/lib/liba.so.1': library }) };
    const found = analyse({ 'usr/lib/liba.so': link('/nowhere/liba.so.1') }, { others });
    assert.deepEqual(found.runtime, ['so:liba.so.1']);
  });

  it('to a library of its own package needs it and provides it again', () => {
    const found = analyse({ 'usr/lib/liba.so.1': library, 'usr/lib/liba.so': link('liba.so.1') });
    assert.deepEqual(found.runtime, ['so:liba.so.1']);
    assert.deepEqual(found.provides, ['so-ver:liba.so.1=1.2-r3', 'so:liba.so.1=1']);
  });

  it('from elsewhere to a library vendors it', () => {
    const found = analyse({ 'usr/lib/liba.so.1': library, 'opt/x/liba.so': link('../../usr/lib/liba.so.1') });
    assert.deepEqual(found.vendored, ['so-ver:liba.so.1=1.2-r3', 'so:liba.so.1=1']);
  });

  it('without .so in its path needs nothing', () => {
    assert.deepEqual(analyse({ 'lib/liba.so.1': library, 'lib/plugin': link('liba.so.1') }).runtime, []);
  });

  it('with .so in a directory of its path counts', () => {
    const nodes = { 'lib/liba.so.1': library, 'opt/x.sources/b': link('liba.so.1') };
    assert.deepEqual(analyse(nodes).runtime, ['so:liba.so.1']);
  });

  it('finds the first file of the name, library or not', () => {
    const nodes = {
      'lib/liba.so.1': file('text'),
      'usr/lib/liba.so.1': library,
      'opt/liba.so': link('liba.so.1'),
    };
    assert.deepEqual(analyse(nodes).runtime, []);
  });

  it('into the folder of a sibling is followed', () => {
    const others = { 'foo-libs': treeWith({ 'opt/liba.so.1': library }) };
    const found = analyse({ 'usr/lib/b': link('../../../foo-libs/opt/liba.so.1') }, { others });
    assert.deepEqual(found.provides, ['so-ver:liba.so.1=1.2-r3', 'so:liba.so.1=1']);
  });

  const deadEnds: [string, string][] = [
    ['that dangles is left out', 'nothing'],
    ['to itself is left out', 'b'],
    ['out of the build is left out', '../../../../lib/liba.so.1'],
    ['to a directory is left out', '.'],
    ['through a file is left out', 'liba.so.1/x'],
    ['to an absolute path is left out', '/usr/lib/liba.so.1'],
  ];
  for (const [name, target] of deadEnds) {
    it(name, () => {
      const found = analyse({ 'usr/lib/liba.so.1': file(''), 'usr/lib/b': link(target) });
      assert.deepEqual(found, { runtime: [], provides: [], vendored: [], skipped: [] });
    });
  }

  it('with a slash behind a file was not followed before v0.50.2', () => {
    const nodes = {
      'usr/lib/liba.so.1': program(elf({ soname: ['liba.so.1'] })),
      'opt/a': link('../usr/lib/liba.so.1/'),
    };
    assert.deepEqual(analyse(nodes, { version: 'v0.50.1' }).vendored, []);
    assert.equal(analyse(nodes, { version: 'v0.50.2' }).vendored.length, 2);
  });

  it('to an absolute path was opened on the host before v0.50.2, which is noted', () => {
    const nodes = { 'usr/lib/b': link('/usr/lib/liba.so.1') };
    assert.deepEqual(analyse(nodes, { version: 'v0.50.1' }).skipped, [
      { path: 'usr/lib/b', reason: 'host-link' },
    ]);
    assert.deepEqual(analyse(nodes, { version: 'v0.50.2' }).skipped, []);
  });

  it('is followed through eight others, before v0.50.2 through forty', () => {
    const chain = (length: number) => ({
      'opt/l0': library,
      ...Object.fromEntries(Array.from({ length }, (_, index) => [`opt/l${index + 1}`, link(`l${index}`)])),
    });
    const provided = (length: number, version: string) =>
      analyse({ ...chain(length - 1), 'usr/lib/b': link(`../../opt/l${length - 1}`) }, { version }).provides
        .length;
    assert.equal(provided(8, 'v0.50.2'), 2);
    assert.equal(provided(9, 'v0.50.2'), 0);
    assert.equal(provided(40, 'v0.50.1'), 2);
    assert.equal(provided(41, 'v0.50.1'), 0);
  });
});

describe('directories of libraries', () => {
  const library = file(elf({ soname: ['liba.so.1'] }));
  const provides = (path: string, conf: string, given: Case = {}) =>
    analyse({ [path]: library, 'etc/ld.so.conf.d/a.conf': file(conf) }, given).provides.length > 0;

  it('are read from every package of the build', () => {
    const others = { 'foo-conf': treeWith({ 'etc/ld.so.conf.d/x/a.conf': file('# x\n/opt/x\n') }) };
    assert.equal(analyse({ 'opt/x/liba.so.1': library }, { others }).provides.length, 2);
  });

  const lines: [string, string, boolean][] = [
    ['may end with a slash', '/opt/x/\n', true],
    ['may end with a carriage return', '/opt/x\r\n', true],
    ['keep spaces behind them', '/opt/x \n', false],
    ['begin with a slash', 'opt/x\n', false],
    ['lose one slash only', '//opt/x\n', false],
    ['have everything below them with three dots', '/opt/...\n', true],
  ];
  for (const [name, conf, expected] of lines) {
    it(name, () => assert.equal(provides('opt/x/liba.so.1', conf), expected));
  }

  it('were not read before v0.23.1 and had nothing below them before v0.34.0', () => {
    const runnable = program(elf({ soname: ['liba.so.1'] }));
    const count = (conf: string, version: string) =>
      analyse({ 'opt/x/a': runnable, 'etc/ld.so.conf.d/a.conf': file(conf) }, { version }).provides.length;
    assert.equal(count('/opt/x', 'v0.23.0'), 0);
    assert.equal(count('/opt/x', 'v0.23.1'), 1);
    assert.equal(count('/opt/...', 'v0.33.5'), 0);
    assert.equal(count('/opt/...', 'v0.34.0'), 2);
  });

  it('are in files that end in .conf', () => {
    const nodes = { 'opt/x/a': library, 'etc/ld.so.conf.d/a.txt': file('/opt/x') };
    assert.deepEqual(analyse(nodes).provides, []);
  });

  it('in a line that melange cannot read are left out, which is noted', () => {
    const long = `/${'x'.repeat(64 * 1024)}`;
    const found = analyse({ 'etc/ld.so.conf.d/a.conf': file(`/opt\n${long}\n`) });
    assert.deepEqual(found.skipped, [{ path: 'etc/ld.so.conf.d/a.conf', reason: 'melange-fails' }]);
  });

  it('are not without number', () => {
    const conf = Array.from({ length: 300 }, (_, index) => `/opt/${index}`).join('\n');
    assert.throws(() => provides('opt/1/a', conf), { code: 'build-limit' });
  });

  it('of a link are searched in order', () => {
    const nodes = { 'opt/x/liba.so.1': library, 'etc/ld.so.conf.d/a.conf': file('/opt/x') };
    assert.deepEqual(analyse({ ...nodes, 'opt/liba.so': link('q/liba.so.1'), opt: directory }).runtime, [
      'so:liba.so.1',
    ]);
  });
});

describe('a path', () => {
  it('that is not UTF-8 is never opened', () => {
    const found = analyse({
      'usr/lib/a\udcff.so.1': file(elf({ soname: ['a.so.1'] })),
      'usr/lib/pkgconfig/a\udcff.pc': file('Name: a'),
      'boot/a\udcff': file('Linux version 6\0'),
      'usr/bin/a\udcff': program('#!/bin/bash\n'),
    });
    assert.deepEqual(found, {
      runtime: [],
      provides: ['cmd:a\udcff=1.2-r3'],
      vendored: [],
      skipped: [],
    });
  });

  it('that begins with a slash or leads out of the package is found, but never opened', () => {
    const library = file(elf({ soname: ['liba.so.1'] }));
    for (const line of ['//opt/x', '/../foo/opt/x']) {
      const found = analyse({
        'opt/x/liba.so.1': library,
        'opt/y/liba.so.1': library,
        'opt/liba.so': link('liba.so.1'),
        'etc/ld.so.conf.d/a.conf': file(`${line}\n/opt/y\n`),
      });
      assert.deepEqual(found.runtime, [], line);
    }
  });
});

describe('a program of Go', () => {
  const withSettings = (...settings: string[]) => ({
    'usr/bin/a': program(elf({ goBuildInfo: goBuildInfo(settings.map((setting) => `build\t${setting}`)) })),
  });
  const needs = ['openssl-config-fipshardened', 'so:libcrypto.so.3'];

  const settings: [string, string[], boolean][] = [
    ['with cgo and boringcrypto needs OpenSSL', ['CGO_ENABLED=1', 'GOEXPERIMENT=boringcrypto'], true],
    ['with cgo and systemcrypto needs OpenSSL', ['CGO_ENABLED=1', 'GOEXPERIMENT=systemcrypto'], true],
    ['with cgo and opensslcrypto needs OpenSSL', ['GOEXPERIMENT="opensslcrypto"', 'CGO_ENABLED=1'], true],
    [
      'with cgo and microsoft_systemcrypto needs OpenSSL',
      ['CGO_ENABLED=1', 'microsoft_systemcrypto=1'],
      true,
    ],
    ['without cgo does not', ['CGO_ENABLED=0', 'GOEXPERIMENT=boringcrypto'], false],
    ['with several experiments does not', ['CGO_ENABLED=1', 'GOEXPERIMENT=a,boringcrypto'], false],
    ['with settings that Go refuses does not', ['CGO_ENABLED=1', 'GOEXPERIMENT=boringcrypto', 'x'], false],
    ['with a key to be quoted does not', ['CGO_ENABLED=1', 'GOEXPERIMENT=boringcrypto', 'a b=c'], false],
    ['with a value in bad quotes does not', ['CGO_ENABLED=1', 'GOEXPERIMENT=boringcrypto', 'a="\\q"'], false],
  ];
  for (const [name, lines, expected] of settings) {
    it(name, () => assert.deepEqual(analyse(withSettings(...lines)).runtime, expected ? needs : []));
  }

  it('needed libssl before v0.31.3, and microsoft_systemcrypto was not known', () => {
    const nodes = withSettings('CGO_ENABLED=1', 'GOEXPERIMENT=boringcrypto');
    assert.deepEqual(analyse(nodes, { version: 'v0.31.2' }).runtime, [...needs, 'so:libssl.so.3']);
    const microsoft = withSettings('CGO_ENABLED=1', 'microsoft_systemcrypto=1');
    assert.deepEqual(analyse(microsoft, { version: 'v0.31.2' }).runtime, []);
  });

  it('with module lines that Go refuses needs nothing', () => {
    const lines = ['=>\ta\tb\tc', 'build\tCGO_ENABLED=1', 'build\tGOEXPERIMENT=boringcrypto'];
    const nodes = { 'usr/bin/a': program(elf({ goBuildInfo: goBuildInfo(lines) })) };
    assert.deepEqual(analyse(nodes).runtime, []);
  });

  it('cut off in its information needs nothing', () => {
    const whole = goBuildInfo(['build\tCGO_ENABLED=1', 'build\tGOEXPERIMENT=boringcrypto']);
    for (let length = 0; length < whole.length; length++) {
      const nodes = { 'usr/bin/a': program(elf({ goBuildInfo: whole.subarray(0, length) })) };
      assert.deepEqual(analyse(nodes).runtime, []);
    }
  });
});
