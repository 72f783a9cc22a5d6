import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../src/apk/limits.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { type Claim, readClaim, readPublished } from '../../src/claim/claim.ts';
import { keepSbom } from '../../src/claim/sbom/sbom-entry.ts';
import type { FailureCode } from '../../src/failure.ts';
import { formatVersion } from '../../src/melange/version.ts';
import { type ApkParts, apkOf, fileOf, linkOf, makeKey, sourceOf } from '../support/apk-builder.ts';
import {
  claimLines,
  claimParts,
  clock,
  linesWith,
  publishedOf,
  recipeText,
  sbomPart,
} from '../support/claims.ts';
import { failure } from '../support/failures.ts';
import { goldens } from '../support/lab.ts';
import { labPackage } from '../support/lab-packages.ts';

async function claimOf(more: ApkParts = {}, fileName = 'sample-1.0-r2.apk'): Promise<Claim> {
  return readClaim(await publishedOf(more), fileName);
}

function findingsOf({ findings }: Claim): string[] {
  return findings.map(({ kind }) => kind).filter((kind) => kind !== 'size-unexplained');
}

const recipe = (text: string): ApkParts => ({ control: [{ name: '.melange.yaml', content: text }] });

test('a package whose parts agree has a claim without findings', async () => {
  const claim = await claimOf({ key: makeKey('a.rsa.pub') });
  assert.deepEqual(findingsOf(claim), []);
  assert.deepEqual([claim.name, claim.version, claim.architecture], ['sample', '1.0-r2', 'x86_64']);
  assert.equal(claim.recipe.package.epoch, 2);
  assert.equal(Buffer.from(claim.recipeBytes).toString(), recipeText);
  const { melange, printedVersion, clock: time, namespace, signature, zoneOffsetMinutes } = claim.traits;
  assert.deepEqual(
    [formatVersion(melange.version), melange.basis, printedVersion],
    ['v0.59.1', 'release', 'v0.59.1'],
  );
  assert.deepEqual([time, namespace, zoneOffsetMinutes], [clock, 'wolfi', 0]);
  assert.deepEqual(signature, { algorithm: 'RSA256', keyName: 'a.rsa.pub' });
});

test('a subpackage has the claim of its own part of the recipe', async () => {
  const lines = linesWith('pkgname = sample-doc', 'pkgdesc = Its documentation', 'url = ');
  const claim = await claimOf({ pkginfo: lines, data: [] }, 'sample-doc-1.0-r2.apk');
  assert.deepEqual(findingsOf(claim), ['sbom-missing', 'version-guessed'].sort().reverse());
});

test('parts that contradict each other are findings', async () => {
  const cases: [what: string, more: ApkParts][] = [
    ['origin', { pkginfo: linesWith('origin = other') }],
    ['description', { pkginfo: linesWith('pkgdesc = other') }],
    ['url', { pkginfo: linesWith('url = ') }],
    ['licences', { pkginfo: linesWith('license = MIT') }],
    ['order of licences', { pkginfo: linesWith('license = ISC', 'license = MIT') }],
    ['time', { pkginfo: linesWith('builddate = 1') }],
    ['name in the SBOM', { data: [sbomPart(String(sbomPart().content).replaceAll('apk-', 'apk2-'))] }],
    [
      'a recipe without the commit that the SBOM has',
      {
        control: recipe(recipeText.replace(/^ {2}commit: .*\n/m, '')).control!,
        pkginfo: claimLines.filter((line) => !line.startsWith('commit')),
      },
    ],
  ];
  for (const [what, more] of cases) {
    const found = findingsOf(await claimOf(more, 'sample-1.0-r2.apk'));
    assert.ok(found.includes('contradiction'), `${what}: ${found}`);
  }
  assert.deepEqual(findingsOf(await claimOf({}, 'any name')), []);
  assert.deepEqual(findingsOf(await claimOf({}, 'my-copy.apk')), ['file-name']);
});

test('lines of .PKGINFO that melange does not write are findings', async () => {
  const cases: [what: string, lines: readonly string[], findings: number][] = [
    ['a name twice', [...claimLines, 'pkgname = other'], 1],
    ['two clocks', [...claimLines, 'builddate = 5', 'builddate = 6'], 1],
    ['an unknown field', [...claimLines, 'packager = me'], 1],
    ['no field', [...claimLines, 'anything'], 1],
    ['an empty line', [...claimLines, ''], 1],
    ['comments', [...claimLines, '# vendored = so:x=1', '#'], 0],
    ['lists', [...claimLines, 'depend = a', 'depend = b', 'provides = c', 'provides = d', 'replaces = e'], 0],
  ];
  for (const [what, pkginfo, count] of cases) {
    const found = findingsOf(await claimOf({ pkginfo }));
    assert.equal(found.filter((kind) => kind === 'pkginfo-shape').length, count, `${what}: ${found}`);
  }
});

test('an SBOM that exceeds the limit is not a missing one', async () => {
  const source = sourceOf(apkOf(claimParts({ data: [sbomPart(' '.repeat(60_000))] })));
  const apk = await readApk(source, { keep: keepSbom, limits: { ...defaultLimits, keptBytes: 50_000 } });
  assert.throws(() => readClaim(apk, 'sample-1.0-r2.apk'), failure('limit-exceeded'));
});

test('what is missing or odd about the builder is a finding', async () => {
  const cases: [what: string, more: ApkParts, finding: string][] = [
    ['no clock', { pkginfo: claimLines.filter((line) => !line.startsWith('builddate')) }, 'clock-missing'],
    ['no SBOM', { data: [] }, 'sbom-missing'],
    ['an SBOM that is no JSON', { data: [sbomPart('{')] }, 'sbom-unreadable'],
    ['an SBOM that is another document', { data: [sbomPart('{"a":1}')] }, 'sbom-unreadable'],
    ['an SBOM of nobody known', { data: [sbomPart('{"spdxVersion":"SPDX-2.3"}')] }, 'sbom-foreign'],
    [
      'an SBOM that is a link',
      { data: [linkOf('var/lib/db/sbom/sample-1.0-r2.spdx.json', '/etc/passwd')] },
      'sbom-unreadable',
    ],
    [
      'a version that is no release',
      { data: [sbomPart(String(sbomPart().content).replace('v0.59.1', 'devel'))] },
      'version-guessed',
    ],
    ['an owner who logs in', { data: [fileOf('a', '', { uid: 501, gid: 20 }), sbomPart()] }, 'builder-owner'],
    ['a key that melange does not know', recipe(`${recipeText}unknown: 1\n`), 'recipe'],
  ];
  for (const [what, more, finding] of cases) {
    const found = findingsOf(await claimOf(more));
    assert.ok(found.includes(finding), `${what}: ${found}`);
  }
});

test('a package without a usable recipe of its own has no claim', async () => {
  const cases: [what: string, more: ApkParts, code: FailureCode][] = [
    ['no recipe', { control: [] }, 'no-recipe'],
    ['no YAML', recipe('package: [unclosed'), 'recipe-unreadable'],
    ['nothing', recipe(''), 'recipe-unreadable'],
    [
      'a recipe that is a link',
      { control: [{ name: '.melange.yaml', type: '2', link: 'x' }] },
      'recipe-unreadable',
    ],
    ['another name', recipe(recipeText.replaceAll('sample', 'other')), 'contradiction'],
    ['another version', recipe(recipeText.replace('"1.0"', '"1.1"')), 'contradiction'],
    ['another epoch', recipe(recipeText.replace('epoch: 2', 'epoch: 3')), 'contradiction'],
    [
      'a name that leaves its folder',
      recipe(recipeText.replace('name: sample\n', 'name: ../sample\n')),
      'unsafe-recipe',
    ],
    [
      'no name in .PKGINFO',
      { pkginfo: claimLines.filter((line) => !line.startsWith('pkgname')) },
      'malformed',
    ],
    ['an empty version in .PKGINFO', { pkginfo: linesWith('pkgver = ') }, 'malformed'],
  ];
  for (const [what, more, code] of cases) {
    await assert.rejects(claimOf(more), failure(code), what);
  }
});

test('a data section that cannot be unpacked safely is refused before anything is believed', async () => {
  const cases: [data: ApkParts['data'], code: FailureCode][] = [
    [[fileOf('../x', '')], 'unsafe-entry'],
    [[fileOf('a', ''), fileOf('a', '')], 'duplicate-entry'],
    [[fileOf('.PKGINFO', '')], 'unsafe-entry'],
  ];
  for (const [data, code] of cases) {
    await assert.rejects(readPublished(sourceOf(apkOf(claimParts({ data: data! })))), failure(code));
  }
});

test('what melange itself made in the lab has no findings that contradict, and the version that made it', async () => {
  for (const { file, melange } of goldens()) {
    const apk = await labPackage(file);
    const claim = readClaim(apk, file.slice(file.lastIndexOf('/') + 1));
    const odd = claim.findings.filter(
      ({ kind }) => kind === 'contradiction' || kind === 'pkginfo-shape' || kind === 'recipe',
    );
    assert.deepEqual(odd, [], file);
    assert.equal(formatVersion(claim.traits.melange.version), melange, file);
    assert.equal(claim.traits.directorySize, 'ext4', file);
  }
});

test('a recipe that names its own commit contradicts nothing, and one without a commit contradicts an SBOM that has one', async () => {
  for (const name of ['own-commit', 'own-commit-sub', 'own-commit-other']) {
    const apk = await labPackage(`repository/own-commit/x86_64/${name}-1-r0.apk`);
    const { findings } = readClaim(apk, `${name}-1-r0.apk`);
    assert.deepEqual(
      findings.filter(({ kind }) => kind === 'contradiction'),
      [],
    );
  }
});
