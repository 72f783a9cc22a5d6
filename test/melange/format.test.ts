import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Format, formatOf } from '../../src/melange/format.ts';
import { changes } from '../../src/melange/history.ts';
import { parseRelease } from '../../src/melange/version.ts';

type Switch = (format: Format) => unknown;

/** docs/melange/history.md, row by row: the value just before a version and from it on. */
const switches: [from: string, before: string, what: Switch, old: unknown, now: unknown][] = [
  ['v0.15.12', 'v0.15.11', (f) => f.docs, false, true],
  ['v0.17.2', 'v0.17.1', (f) => f.rubyBase, false, true],
  ['v0.17.3', 'v0.17.2', (f) => [f.rubyBase, f.shebang.ignoresRuby], [true, true], [false, false]],
  ['v0.17.4', 'v0.17.3', (f) => f.recipe.falseSequence, false, true],
  ['v0.18.0', 'v0.17.7', (f) => f.signature.algorithm, 'RSA', 'RSA256'],
  ['v0.18.2', 'v0.18.1', (f) => f.recipe.lockOrder, 'name', 'text'],
  ['v0.19.1', 'v0.19.0', (f) => [f.sbom.namespaceHash, f.gccSpec], ['sha1', 'none'], ['fnv1a-128', 'plain']],
  ['v0.19.4', 'v0.19.3', (f) => f.sbom.copyrightText, 'newline-each', 'attestation-or-noassertion'],
  [
    'v0.23.0',
    'v0.22.2',
    (f) => [f.maintainer, f.owners, f.modes, f.hardLinks, f.xattrs],
    [false, 'disk', 'disk', 'links', 'files-and-directories'],
    [true, 'root', 'permissions', 'copies', 'none'],
  ],
  [
    'v0.23.0',
    'v0.22.2',
    (f) => [f.sbom.mode, f.shebang.followsSymlinks, f.shebang.ignoresLuajit],
    [0o644, true, false],
    [0o666, false, true],
  ],
  ['v0.23.1', 'v0.23.0', (f) => f.ldSoConf, false, true],
  ['v0.23.2', 'v0.23.1', (f) => f.xattrs, 'none', 'files-and-directories'],
  [
    'v0.23.6',
    'v0.23.5',
    (f) => f.shebang.directories,
    ['usr/bin/', 'bin/'],
    ['usr/bin/', 'usr/local/bin/', 'usr/local/sbin/'],
  ],
  [
    'v0.23.6',
    'v0.23.5',
    (f) => f.path,
    '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    '/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin',
  ],
  ['v0.23.7', 'v0.23.6', (f) => f.signature.gzip, 'klauspost', 'go'],
  [
    'v0.23.8',
    'v0.23.7',
    (f) => [f.modes, f.xattrs, f.recipe.falseOptions],
    ['permissions', 'files-and-directories', true],
    ['full', 'files', false],
  ],
  ['v0.23.13', 'v0.23.12', (f) => f.stepDirectory, 'as-given', 'below'],
  ['v0.23.15', 'v0.23.14', (f) => f.stepDirectory, 'below', 'relative-below'],
  ['v0.23.16', 'v0.23.15', (f) => f.buildsWithoutOriginSteps, false, true],
  ['v0.25.0', 'v0.24.0', (f) => f.buildsWithoutOriginSteps, true, false],
  ['v0.33.2', 'v0.33.1', (f) => f.buildsWithoutOriginSteps, false, true],
  ['v0.25.0', 'v0.24.0', (f) => [f.sbom.checksums, f.sbom.sha512Defect], [false, false], [true, true]],
  ['v0.25.1', 'v0.25.0', (f) => f.sbom.sha512Defect, true, false],
  ['v0.26.0', 'v0.25.1', (f) => f.sbom.gitSources, 'v0.25', 'gitlab-v0.26.0'],
  ['v0.26.7', 'v0.26.6', (f) => f.sbom.gitSources, 'gitlab-v0.26.0', 'gitlab-v0.26.7'],
  ['v0.26.10', 'v0.26.9', (f) => f.owners, 'root', 'disk-with-directories'],
  ['v0.26.13', 'v0.26.12', (f) => f.soVer, false, true],
  ['v0.27.0', 'v0.26.13', (f) => f.sbom.osElement, 'none', 'os-release'],
  ['v0.29.1', 'v0.29.0', (f) => [f.sbom.licenseJoin, f.sonameOfSuffixSo], [' OR ', false], [' AND ', true]],
  ['v0.29.2', 'v0.29.1', (f) => f.hostLibraries.provided, 'none', 'libcuda'],
  ['v0.29.3', 'v0.29.2', (f) => f.sbom.gitSources, 'gitlab-v0.26.7', 'gitlab-v0.29.3'],
  ['v0.29.5', 'v0.29.4', (f) => [f.sbom.mode, f.signature.mode], [0o666, 0o777], [0o644, 0o644]],
  ['v0.30.0', 'v0.29.6', (f) => f.sbom.distroQualifier, false, true],
  [
    'v0.30.1',
    'v0.30.0',
    (f) => [f.elfNeedsExecutableBit, f.sbom.osSupplier, f.plainSo],
    [true, false, 'none'],
    [false, true, 'v0.30.1'],
  ],
  ['v0.30.2', 'v0.30.1', (f) => f.plainSo, 'v0.30.1', 'v0.30.2'],
  ['v0.30.3', 'v0.30.2', (f) => f.plainSo, 'v0.30.2', 'none'],
  ['v0.30.5', 'v0.30.4', (f) => f.owners, 'disk-with-directories', 'disk-files-only'],
  ['v0.31.2', 'v0.31.1', (f) => f.stepEnvironmentInherits, false, true],
  ['v0.31.3', 'v0.31.2', (f) => f.goFips, 'v0.16.0', 'v0.31.3'],
  ['v0.32.0', 'v0.31.9', (f) => [f.deflate, f.guestEntries], ['v1.15.10', 'all'], ['v1.18.1', 'undoubted']],
  ['v0.33.0', 'v0.32.0', (f) => f.sbom.subpackageSources, 'none', 'last'],
  ['v0.34.0', 'v0.33.2', (f) => f.recursiveLibraryDirectories, false, true],
  [
    'v0.34.1',
    'v0.34.0',
    (f) => [f.sbom.subpackageSources, f.sbom.recipeNamespace],
    ['last', 'as-given'],
    ['before-recipe', 'unknown-if-empty'],
  ],
  [
    'v0.34.2',
    'v0.34.1',
    (f) => [f.deflate, f.kernel, f.shebang.failsOnBlank],
    ['v1.18.1', 'none', true],
    ['v1.18.2', 'v0.34.2', false],
  ],
  ['v0.37.1', 'v0.37.0', (f) => f.appCpe, false, true],
  ['v0.37.4', 'v0.37.3', (f) => f.sbom.licenses, 'none', '2.3.5'],
  ['v0.40.3', 'v0.40.2', (f) => [f.kernel, f.wrapper.quotesDirectory], ['v0.34.2', true], ['v0.40.3', false]],
  ['v0.41.1', 'v0.41.0', (f) => f.hostLibraries.linked, 'none', 'all'],
  ['v0.43.0', 'v0.42.0', (f) => [f.sbom.componentIds, f.sbom.purposes], [false, false], [true, true]],
  ['v0.43.2', 'v0.43.1', (f) => f.sbom.osElement, 'os-release', 'namespace'],
  ['v0.43.3', 'v0.43.2', (f) => f.sbom.purl, '0.1.3', '0.1.4'],
  ['v0.43.7', 'v0.43.6', (f) => f.condition, 'and-of-pairs', 'left-to-right'],
  [
    'v0.46.0',
    'v0.45.4',
    (f) => [f.wrapper.line, f.clangConfig, f.sbom.cpe],
    ['set -e ', false, false],
    ['set -eo pipefail', true, true],
  ],
  ['v0.48.0', 'v0.47.0', (f) => [f.perl, f.rubyInLib], [false, false], [true, true]],
  ['v0.50.0', 'v0.49.0', (f) => f.sbom.licenses, '2.4.0', '2.5.0'],
  ['v0.50.2', 'v0.50.1', (f) => f.absoluteLinksFollowedOnHost, true, false],
  ['v0.50.4', 'v0.50.3', (f) => f.sbom.purl, '0.1.4', '0.1.6'],
  ['v0.50.8', 'v0.50.7', (f) => f.sbom.licenses, '2.6.0', '2.7.0'],
  ['v0.51.0', 'v0.50.9', (f) => f.sbom.gitSources, 'gitlab-v0.29.3', 'github-only'],
  ['v0.56.0', 'v0.55.4', (f) => [f.gccSpec, f.fdoHeader], ['plain', false], ['unless-relocatable', true]],
];

test('every version with a change has a row', () => {
  const rows = new Set(switches.map(([from]) => from));
  const without = changes.map(({ since }) => since).filter((since) => !rows.has(since));
  assert.deepEqual(without, []);
});

test('each switch turns at its version and not before', () => {
  for (const [from, before, what, old, now] of switches) {
    assert.deepEqual(what(formatOf(parseRelease(before)!)), old, `before ${from}: ${what}`);
    assert.deepEqual(what(formatOf(parseRelease(from)!)), now, `from ${from}: ${what}`);
  }
});

test('versions that do not exist yet follow the newest rules, versions before the first the oldest', () => {
  const { version: _, ...newest } = formatOf(parseRelease('v0.59.1')!);
  const { version: __, ...later } = formatOf(parseRelease('v9.0.0')!);
  assert.deepEqual(later, newest);
  assert.equal(formatOf(parseRelease('v0.0.0')!).signature.algorithm, 'RSA');
});
