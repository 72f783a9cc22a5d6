import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyse, directory, file, link, noDependencies } from './support.ts';

type Row = [
  string,
  Record<string, ReturnType<typeof file>>,
  string[],
  { version?: string; declared?: string[] }?,
];

function table(rows: readonly Row[]): void {
  for (const [name, nodes, expected, { declared = [], ...given } = {}] of rows) {
    it(name, () => {
      const found = analyse(nodes, { ...given, declared: { ...noDependencies, runtime: declared } });
      assert.deepEqual(found.runtime, expected);
    });
  }
}

describe('perl modules', () => {
  const module = { 'usr/lib/perl5/vendor_perl/A.pm': file() };
  table([
    ['depend on the perl of their directory', module, ['perl~5']],
    ['need no more than the directory', { 'usr/lib/perl5.42/_perl': directory }, ['perl~5.42']],
    [
      'of several perls depend on the first',
      { ...module, 'usr/lib/perl5.42/vendor_perl/A.pm': file() },
      ['perl~5'],
    ],
    [
      'below lib depend on the wrong part of the path',
      { 'lib/perl5/core_perl/A.pm': file() },
      ['perl~core_perl'],
    ],
    ['are found through a link to a directory', { ...module, 'usr/lib/perl4': link('perl5') }, ['perl~4']],
    ['need a digit', { 'usr/lib/perlx/vendor_perl/A.pm': file() }, []],
    ['depend on nothing where perl is declared', module, [], { declared: ['perl'] }],
    ['depend on perl where a perl is declared', module, ['perl~5'], { declared: ['perl~5.40'] }],
    ['depend on nothing before v0.48.0', module, [], { version: 'v0.47.0' }],
  ]);
});

describe('python modules', () => {
  const at = (directoryName: string) => ({ [`${directoryName}/site-packages/a.py`]: file() });
  table([
    ['depend on the python of their directory', at('usr/lib/python3.12'), ['python-3.12-base']],
    ['may lie anywhere', at('opt/x/python2'), ['python-2-base']],
    [
      'of several pythons depend on the last',
      { ...at('usr/lib/python3.9'), ...at('usr/lib/python3.12') },
      ['python-3.9-base'],
    ],
    [
      'of a last python without version depend on nothing',
      { ...at('opt/python3'), ...at('usr/lib/python') },
      [],
    ],
    ['are in a directory, not a file', { 'usr/lib/python3/site-packages': file() }, []],
    [
      'depend on nothing where any python is declared',
      at('usr/lib/python3.12'),
      [],
      { declared: ['python-is-what-i-said'] },
    ],
  ]);
});

describe('ruby gems', () => {
  const gems = (version: string, root = 'usr/lib') => ({
    [`${root}/ruby/gems/${version}/gems/a/b.rb`]: file(),
  });
  table([
    ['depend on the ruby of their directory', gems('3.4.0'), ['ruby-3.4']],
    ['lose what follows the last dot', gems('3.2.0.1'), ['ruby-3.2.0']],
    ['of a third number that begins with 1 are not seen', gems('3.4.1'), []],
    ['of a third number that begins with 9 are seen', gems('3.4.9x'), ['ruby-3.4']],
    ['of several rubies depend on the first', { ...gems('3.4.0'), ...gems('3.3.0') }, ['ruby-3.3']],
    ['are not their specifications', { 'usr/lib/ruby/gems/3.4.0/specs/a': file() }, []],
    ['below lib count', gems('3.4.0', 'lib'), ['ruby-3.4']],
    ['below lib did not count before v0.48.0', gems('3.4.0', 'lib'), [], { version: 'v0.47.0' }],
    ['depended on ruby-X.Y-base in v0.17.2', gems('3.2.0'), ['ruby-3.2-base'], { version: 'v0.17.2' }],
    ['depend on nothing where ruby is declared', gems('3.4.0'), [], { declared: ['ruby'] }],
    ['depend on nothing where a ruby is declared', gems('3.4.0'), [], { declared: ['ruby-3'] }],
    [
      'depend on ruby where something like it is declared',
      gems('3.4.0'),
      ['ruby-3.4'],
      { declared: ['ruby3.2'] },
    ],
  ]);
});
