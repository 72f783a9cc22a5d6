/** Records and what syft v1.38.0 makes of them; made with the real library from values of our own. */

export interface Vector {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly architecture?: string;
  readonly description: string;
  readonly license: string;
  readonly licenseDeclared: string;
  readonly commit: string;
  readonly files: readonly string[];
  readonly url?: string;
  readonly dependencies?: readonly string[];
  readonly provides?: readonly string[];
  readonly size?: number;
  readonly checksum?: string;
  readonly id: string;
  readonly purl?: string;
  /** All CPEs as `vendor:product`, or how many there are and some of them by place. */
  readonly cpes: string | { readonly count: number; readonly some: Readonly<Record<number, string>> };
}

const commit = '0123456789abcdef0123456789abcdef01234567';

export const vectors: readonly Vector[] = [
  {
    name: 'zlib',
    version: '1.3.1-r4',
    origin: 'zlib',
    description: 'a library implementing the zlib compression algorithms',
    license: 'MPL-2.0 AND MIT',
    licenseDeclared: '(MPL-2.0 AND MIT)',
    commit,
    files: ['.', 'usr', 'usr/lib', 'usr/lib/libz.so.1', 'usr/lib/libz.so.1.3.1'],
    id: 'ff85f75c83230da0',
    cpes: 'zlib:zlib',
  },
  {
    name: 'py3-foo',
    version: '2.0.0-r0',
    origin: 'py3-foo',
    architecture: 'aarch64',
    description: 'foo <bar> & "baz"',
    license: 'MIT',
    licenseDeclared: 'MIT',
    commit,
    files: ['.'],
    id: 'd202114a0125f83c',
    cpes:
      'foo-project:py3-foo foo-project:py3_foo foo_project:py3-foo foo_project:py3_foo fooproject:py3-foo ' +
      'fooproject:py3_foo foo-project:foo foo_project:foo py3-foo:py3-foo py3-foo:py3_foo py3_foo:py3-foo ' +
      'py3_foo:py3_foo fooproject:foo foo:py3-foo foo:py3_foo py3-foo:foo py3:py3-foo py3:py3_foo py3_foo:foo ' +
      'foo:foo py3:foo',
  },
  {
    name: 'py3.12-foo-bar',
    version: '2.0.0-r0',
    origin: 'py3-foo-bar',
    description: '',
    license: '(MIT OR Apache-2.0) AND BSD-3-Clause',
    licenseDeclared: '(MIT OR Apache-2.0) AND BSD-3-Clause',
    commit: '',
    files: [],
    id: 'a1a37b5a8399e3a7',
    cpes: {
      count: 52,
      some: {
        0: 'foo-bar-project:py3.12-foo-bar',
        24: 'foo-bar:py3.12-foo-bar',
        25: 'foo-bar:py3.12_foo_bar',
        51: 'foo:foo_bar',
      },
    },
  },
  {
    name: 'ruby3.2-base64',
    version: '0.2.0-r2',
    origin: 'ruby3.2-base64',
    description: 'Support for encoding and decoding binary data',
    license: 'Ruby',
    licenseDeclared: 'Ruby',
    commit: 'f'.repeat(40),
    files: ['.', 'usr', 'usr/lib'],
    id: '5447b1d828201ca6',
    cpes:
      'ruby3.2-base64:ruby3.2-base64 ruby3.2-base64:ruby3.2_base64 ruby3.2_base64:ruby3.2-base64 ' +
      'ruby3.2_base64:ruby3.2_base64 ruby3.2:ruby3.2-base64 ruby3.2:ruby3.2_base64 base64:ruby3.2-base64 ' +
      'base64:ruby3.2_base64 ruby3.2-base64:base64 ruby3.2_base64:base64 ruby3.2:base64 base64:base64',
  },
  {
    name: 'libfoo-dev',
    version: '0.9_rc1-r3',
    origin: 'libfoo',
    description: 'headers for libfoo',
    license: 'GPL-2.0',
    licenseDeclared: 'GPL-2.0-only',
    commit,
    files: ['.', 'usr', 'usr/include', 'usr/include/foo.h'],
    dependencies: ['libfoo=0.9_rc1-r3', 'so:libc.so.6'],
    provides: ['libfoo-headers=0.9_rc1-r3'],
    id: 'adc950a1715094d7',
    cpes:
      'libfoo-dev:libfoo-dev libfoo-dev:libfoo_dev libfoo_dev:libfoo-dev libfoo_dev:libfoo_dev ' +
      'libfoo:libfoo-dev libfoo:libfoo_dev',
  },
  {
    name: 'libfoo-dev',
    version: '0.9_rc1-r3',
    origin: 'libfoo',
    description: 'headers for libfoo',
    license: 'GPL-2.0',
    licenseDeclared: 'GPL-2.0-only',
    commit,
    files: ['.', 'usr', 'usr/include', 'usr/include/foo.h'],
    id: '4b9eeea8557a9123',
    cpes:
      'libfoo-dev:libfoo-dev libfoo-dev:libfoo_dev libfoo_dev:libfoo-dev libfoo_dev:libfoo_dev ' +
      'libfoo:libfoo-dev libfoo:libfoo_dev',
  },
  {
    name: 'curl',
    version: '8.19.0-r3',
    origin: 'curl',
    description: 'URL retrieval utility and library',
    license: 'MIT',
    licenseDeclared: 'MIT',
    commit,
    files: ['.', 'usr', 'usr/bin', 'usr/bin/curl'],
    url: 'https://curl.se/',
    id: 'fbff1620a8e60a72',
    cpes: 'curl:curl haxx:curl',
  },
  {
    name: 'db-c++',
    version: '5.3.28-r9',
    origin: 'db',
    description: 'C++ bindings',
    license: 'Sleepycat',
    licenseDeclared: 'Sleepycat',
    commit: '',
    files: ['.'],
    id: 'bed8447d6d8917ce',
    purl: 'pkg:apk/wolfi/db-c%2B%2B@5.3.28-r9?arch=x86_64&origin=db',
    cpes: 'db-c\\+\\+:db-c\\+\\+ db-c\\+\\+:db_c\\+\\+ db_c\\+\\+:db-c\\+\\+ db_c\\+\\+:db_c\\+\\+ db:db-c\\+\\+ db:db_c\\+\\+',
  },
  {
    name: 'foo-meta',
    version: '1-r0',
    origin: '',
    description: 'no licence',
    license: '',
    licenseDeclared: 'NOASSERTION',
    commit: '',
    files: [],
    id: '2279a396db110010',
    purl: 'pkg:apk/wolfi/foo-meta@1-r0?arch=x86_64',
    cpes: 'foo-meta:foo-meta foo-meta:foo_meta foo_meta:foo-meta foo_meta:foo_meta foo:foo-meta foo:foo_meta',
  },
  {
    name: 'bar',
    version: '1-r0',
    origin: 'bar',
    description: 'odd licence',
    license: 'Custom Licence v1',
    licenseDeclared: 'LicenseRef-Custom-Licence-v1',
    commit: '',
    files: ['.'],
    url: 'https://github.com/some-org/bar',
    id: '181fee86a41245ae',
    cpes: 'some-org:bar bar:bar',
  },
  {
    name: 'apache-foo',
    version: '3.1-r1',
    origin: 'apache-foo',
    description: 'known vendor',
    license: 'GPL-2.0-only WITH Classpath-exception-2.0',
    licenseDeclared: '(GPL-2.0-only WITH Classpath-exception-2.0)',
    commit: '',
    files: ['.'],
    size: 4096,
    checksum: '0'.repeat(64),
    id: 'aafdf4937e6f38e7',
    cpes: 'apache:apache-foo apache:apache_foo',
  },
  {
    name: 'nodejs-22',
    version: '22.1.0-r0',
    origin: 'nodejs-22',
    description: 'x',
    license: 'MIT',
    licenseDeclared: 'MIT',
    commit: '',
    files: ['.'],
    id: 'e7a71b9c3c5cf1f1',
    cpes:
      'nodejs-22:nodejs-22 nodejs-22:nodejs_22 nodejs_22:nodejs-22 nodejs_22:nodejs_22 node.js:nodejs-22 ' +
      'node.js:nodejs_22 nodejs-22:node.js nodejs_22:node.js nodejs-22:nodejs nodejs:nodejs-22 nodejs:nodejs_22 ' +
      'nodejs_22:nodejs node.js:node.js node.js:nodejs nodejs:node.js nodejs:nodejs',
  },
];
