import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/failure.ts';
import { documentAt, purlOf, recipeOf, sourceAt, step } from './input.ts';

const commit = '2e2812bb38a143ef2e0a553104c0a58a693f8ca7';
const archive = { uri: 'https://h.org/a.tgz', 'purl-name': 'a', 'purl-version': '1' };
const checkout = (
  repository: string,
  more: Readonly<Record<string, string>> = { tag: 'v1', 'expected-commit': commit },
) => step('git-checkout', { repository, ...more });

/** The values of an element that a table is about. */
function summary(version: string, repository: string, more?: Readonly<Record<string, string>>) {
  const element = sourceAt(version, checkout(repository, more));
  return (
    element && [
      element.name,
      element.versionInfo,
      element.downloadLocation,
      element.supplier,
      purlOf(element),
    ]
  );
}

test('a fetched archive has its place as the end of its id, and no licence', () => {
  const inputs = {
    ...archive,
    'purl-name': 'A_b+c',
    'purl-version': '1.0_rc1+git~1:2',
    'expected-sha512': 'abc',
  };
  const pipeline = [step('', {}), step('strip', {}), step('patch', {}), step('fetch', inputs)];
  const element = documentAt('v0.59.1', { recipe: recipeOf({ pipeline }) }).packages.at(-1)!;
  assert.equal(element.SPDXID, 'SPDXRef-Package-Source-AC95bC43c-1.0C95rc1C43gitC1261-2-3');
  assert.equal(element.licenseDeclared, 'NOASSERTION');
  assert.equal(
    purlOf(element),
    'pkg:generic/A_b%2Bc@1.0_rc1%2Bgit~1:2?checksum=sha512:abc&download_url=https:%2F%2Fh.org%2Fa.tgz',
  );
});

test('SHA-512 is named before SHA-256 in the package URL; the checksums list both', () => {
  const element = sourceAt(
    'v0.59.1',
    step('fetch', { ...archive, 'expected-sha256': 'aa', 'expected-sha512': 'bb' }),
  );
  assert.match(purlOf(element)!, /checksum=sha512:bb&/);
  assert.deepEqual(element!.checksums, [
    { algorithm: 'SHA256', checksumValue: 'aa' },
    { algorithm: 'SHA512', checksumValue: 'bb' },
  ]);
});

test('downloads and checksums are named from v0.25.0 on', () => {
  const fetch = step('fetch', { ...archive, 'expected-sha256': 'aa' });
  const at = (version: string) => [
    sourceAt(version, fetch)!.downloadLocation,
    sourceAt(version, fetch)!.checksums?.length,
  ];
  assert.deepEqual(at('v0.24.0'), ['NOASSERTION', undefined]);
  assert.deepEqual(at('v0.25.0'), ['https://h.org/a.tgz', 1]);
});

test('v0.25.0 prints the SHA-256 as SHA-512', () => {
  const both = step('fetch', { ...archive, 'expected-sha256': 'aa', 'expected-sha512': 'bb' });
  const only = step('fetch', { ...archive, 'expected-sha512': 'bb' });
  const last = (version: string, fetch: typeof both) =>
    sourceAt(version, fetch)!.checksums!.at(-1)!.checksumValue;
  assert.deepEqual([last('v0.25.0', both), last('v0.25.0', only), last('v0.25.1', both)], ['aa', '', 'bb']);
});

const github = 'https://github.com/Makamaka/JSON.git';
const githubRows: [string, string[]][] = [
  ['v0.24.0', ['JSON.git', 'v1', 'NOASSERTION', 'Organization: Makamaka', 'pkg:github/makamaka/json.git@v1']],
  [
    'v0.25.1',
    ['JSON.git', 'v1', `git+${github}@v1`, 'Organization: Makamaka', 'pkg:github/makamaka/json.git@v1'],
  ],
  ...['v0.26.0', 'v0.59.1'].map((version): [string, string[]] => [
    version,
    [
      'JSON',
      'v1',
      `https://github.com/Makamaka/JSON/archive/${commit}.tar.gz`,
      'Organization: Makamaka',
      'pkg:github/makamaka/json@v1',
    ],
  ]),
];

for (const [version, expected] of githubRows) {
  test(`a GitHub checkout in ${version} belongs to its organisation, at the tag, downloaded by commit`, () => {
    assert.deepEqual(summary(version, github), expected);
  });
}

test('GitHub is known by the parsed host from v0.26.0 on, whatever scheme and user', () => {
  const purlAt = (version: string, url: string) => purlOf(sourceAt(version, checkout(url)))?.slice(0, 14);
  assert.equal(purlAt('v0.25.1', 'ssh://git@github.com/o/r'), 'pkg:generic/r@');
  assert.equal(purlAt('v0.26.0', 'ssh://git@github.com/o/r'), 'pkg:github/o/r');
  assert.equal(purlAt('v0.26.0', 'https://github.com:443/o/r'), 'pkg:generic/o%');
});

const gitlab = 'https://gitlab.com/g/sub/Bar.git';
const gitlabRows: [string, string, Readonly<Record<string, string>>, string[]][] = [
  [
    'gitlab.com has a package URL of its own',
    gitlab,
    { tag: 'v1' },
    [
      'sub/Bar',
      'v1',
      'https://gitlab.com/g/sub/Bar/-/archive/v1/v1.tar.gz',
      'Organization: G',
      'pkg:gitlab/g/sub%2FBar@v1',
    ],
  ],
  [
    'hosts that start with gitlab have its downloads',
    'https://gitlab.x.org:8080/g/r',
    { tag: 'v1' },
    [
      'r',
      'v1',
      'https://gitlab.x.org:8080/g/r/-/archive/v1/v1.tar.gz',
      'Organization: G',
      'pkg:generic/r@v1?vcs_url=git%2Bhttps:%2F%2Fgitlab.x.org:8080%2Fg%2Fr',
    ],
  ],
  [
    'a type hint makes a host one',
    'https://x.org/g/r',
    { tag: 'v1', 'type-hint': 'gitlab' },
    [
      'r',
      'v1',
      'https://x.org/g/r/-/archive/v1/v1.tar.gz',
      'Organization: G',
      'pkg:generic/r@v1?vcs_url=git%2Bhttps:%2F%2Fx.org%2Fg%2Fr',
    ],
  ],
];

for (const [what, url, inputs, expected] of gitlabRows) {
  test(`GitLab, v0.26.0 to v0.50.x: ${what}`, () => {
    for (const version of ['v0.43.3', 'v0.50.10']) assert.deepEqual(summary(version, url, inputs), expected);
    assert.match(summary('v0.51.0', url, inputs)![2]!, /^https:\/\/tarballs\.cgr\.dev\//);
  });
}

const elsewhere = 'https://x.org/g/sub/Bar.git';
/** SHA-256 of `g/sub/Bar`. */
const digest = '5c9c717e352a2af13fcbc97229a633e36151767148c15dd6dd5712518d76a09f';
const tarball = `https://tarballs.cgr.dev/g/${digest}-${commit}.tar.gz`;
const wholePath = `pkg:generic/g%2Fsub%2FBar@v1?vcs_url=git%2Bhttps:%2F%2Fx.org%2Fg%2Fsub%2FBar.git%40${commit}`;
const oldEscaping = wholePath.replaceAll(':%2F%2F', '%3A%2F%2F');
const lastPart = oldEscaping.replace('g%2Fsub%2FBar@', 'Bar@');

const elsewhereRows: [string, string[]][] = [
  ['v0.24.0', ['Bar', 'v1', 'NOASSERTION', 'Organization: Wolfi', lastPart]],
  ['v0.25.1', ['Bar', 'v1', `git+${elsewhere}@v1`, 'Organization: Wolfi', lastPart]],
  ['v0.26.0', ['g/sub/Bar', 'v1', 'NOASSERTION', 'Organization: ', oldEscaping]],
  ['v0.26.7', ['g/sub/Bar', 'v1', tarball, 'Organization: ', oldEscaping]],
  ['v0.29.3', ['g/sub/Bar', 'v1', tarball, 'Organization: Wolfi', oldEscaping]],
  ['v0.59.1', ['g/sub/Bar', 'v1', tarball, 'Organization: Wolfi', wholePath]],
];

for (const [version, expected] of elsewhereRows) {
  test(`a checkout in ${version} from a host that it knows nothing of`, () => {
    assert.deepEqual(summary(version, elsewhere), expected);
  });
}

test('the id of a checkout lists address, branch, tag and commit, as far as they are given', () => {
  const repository = 'https://gitlab.com/g/sub/Bar.git';
  const id = (inputs: Readonly<Record<string, string>>) =>
    sourceAt('v0.59.1', checkout(repository, inputs))?.SPDXID;
  const start = 'SPDXRef-Package-Source-gitlab.com-g-sub-Bar.git';
  assert.equal(id({ tag: 'v1', 'expected-commit': commit }), `${start}-v1-${commit}-0`);
  assert.equal(id({ branch: 'main', 'expected-commit': commit }), `${start}-main-${commit}-0`);
  assert.equal(
    sourceAt('v0.42.0', checkout(repository, { tag: 'v1' }))?.SPDXID,
    'SPDXRef-Package-gitlab.com-g-sub-Bar.git-v1-0',
  );
});

test('a checkout of a branch alone has no element, but before v0.26.0 when it is not from GitHub', () => {
  const branch = { branch: 'main' };
  assert.equal(sourceAt('v0.59.1', checkout(elsewhere, branch)), undefined);
  assert.equal(sourceAt('v0.25.1', checkout(github, branch)), undefined);
  assert.deepEqual(summary('v0.25.1', elsewhere, branch), [
    'Bar',
    undefined,
    `git+${elsewhere}`,
    'Organization: Wolfi',
    'pkg:generic/Bar?vcs_url=git%2Bhttps%3A%2F%2Fx.org%2Fg%2Fsub%2FBar.git',
  ]);
});

test('an address that starts with git is not marked as one again, from v0.26.0 on', () => {
  const purlAt = (version: string) => purlOf(sourceAt(version, checkout('git://x.org/r', { tag: 'v1' })));
  assert.equal(purlAt('v0.25.1'), 'pkg:generic/r@v1?vcs_url=git%2Bgit%3A%2F%2Fx.org%2Fr');
  assert.equal(purlAt('v0.59.1'), 'pkg:generic/r@v1?vcs_url=git:%2F%2Fx.org%2Fr');
});

test('steps inside a group are not listed', () => {
  const group = { ...step('', {}), pipeline: [step('fetch', archive)] };
  assert.equal(sourceAt('v0.59.1', group), undefined);
});

test('a step is listed whatever its condition', () => {
  const skipped = { ...step('fetch', archive), if: "'a' == 'b'" };
  assert.equal(sourceAt('v0.59.1', skipped)?.name, 'a');
});

const impossible: [string, ReturnType<typeof step>][] = [
  ['a GitHub address without a repository', checkout('https://github.com/o')],
  ['an address without a path', checkout('https://x.org')],
  ['an address as scp takes it', checkout('git@github.com:o/r')],
  ['an archive without a name', step('fetch', { uri: 'https://h.org/a' })],
];

for (const [what, only] of impossible) {
  test(`${what} is unsupported: melange stops at it`, () => {
    assert.throws(
      () => sourceAt('v0.59.1', only),
      (error) => error instanceof Failure && error.code === 'unsupported',
    );
  });
}
