import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import type { Architecture } from '../../src/names.ts';
import { parseIndex } from '../../src/repository/apkindex.ts';
import type { Repository } from '../../src/repository/repository.ts';
import type { SweepJob } from '../../src/sweep/job.ts';
import { parseImagePackages } from '../../src/sweep/plan/image-packages.ts';
import { planSweep } from '../../src/sweep/plan/plan-sweep.ts';
import { parsePopularity } from '../../src/sweep/plan/popularity.ts';
import { type BuildSelection, fitsAnyName } from '../../src/sweep/plan/select-builds.ts';
import type { SweepRecords } from '../../src/sweep/sweep-store.ts';
import { failure } from '../support/failures.ts';
import { checksumOf, indexOf, recordText, usualRecord } from '../support/index-builder.ts';
import { sampleOutcome } from '../support/sweep-jobs.ts';

const x86 = 'x86_64' as Architecture;

/** `origin/name=version` or `name=version`. */
function record(text: string, given: Readonly<Record<string, string>> = {}): string {
  const [named = '', version = ''] = text.split('=');
  const [origin = '', name = origin] = named.split('/');
  return recordText({ ...usualRecord, P: name, V: version, o: origin, C: checksumOf(text), ...given });
}

async function repositoryOf(location: string, ...records: readonly string[]): Promise<Repository> {
  const bytes = indexOf(records.join(''));
  const { records: parsed } = await parseIndex(bytes);
  const signature = { kind: 'valid', keyName: 'lab.rsa.pub', algorithm: 'RSA256' } as const;
  return { location, indexSha256: sha256(bytes), signature, records: parsed, rolledBackFrom: undefined };
}

/** Records of a sweep that has judged jobs, each with a class. */
function recordsOf(
  ...judged: readonly (readonly [SweepJob, Parameters<typeof sampleOutcome>[1]])[]
): SweepRecords {
  return {
    async *jobs() {
      for (const [job] of judged) yield job;
    },
    async *attempts() {
      for (const [job, ended] of judged) {
        const { rows: _, ...outcome } = sampleOutcome({ job }, ended);
        yield { job: job.key, number: 1, worker: 'one', ...outcome };
      }
    },
    async *verdicts() {},
    async *unfinished() {},
    counts: async () => assert.fail('nobody asks'),
  };
}

const everything: BuildSelection = {
  patterns: [],
  images: [],
  popularity: new Map(),
  leastPopularity: 0,
  listedBefore: undefined,
  builtSince: undefined,
  allVersions: false,
};

async function plan(
  repositories: readonly Repository[],
  selection: Partial<BuildSelection> = {},
  records = recordsOf(),
  tool = '0.1.0',
) {
  const options = {
    selection: { ...everything, ...selection },
    tool,
    priority: undefined,
    tags: [],
    atOnce: 2,
  };
  return planSweep([{ architecture: x86, repositories }], records, options);
}

const builds = (jobs: readonly SweepJob[]) =>
  jobs.map(({ origin, version }) => `${origin}=${version}`).sort();

const usual = () =>
  repositoryOf(
    'https://packages.example/os',
    record('zlib=1.3-r0'),
    record('zlib/zlib-dev=1.3-r0'),
    record('zlib=1.2-r9', { t: '1600000000' }),
    record('py3-a=1.0-r0', { t: '1790000000' }),
    record('py3-b=2.0-r1', { S: '5000', I: '7000' }),
  );

describe('the plan of a sweep', () => {
  it('has a job for each origin’s newest build, with all of its packages', async () => {
    const { jobs, listed, known } = await plan([await usual()]);
    assert.deepEqual(builds(jobs), ['py3-a=1.0-r0', 'py3-b=2.0-r1', 'zlib=1.3-r0']);
    assert.deepEqual([listed, known], [4, 0]);
    const zlib = jobs.find(({ origin }) => origin === 'zlib')!;
    assert.deepEqual(
      zlib.packages.map(({ name, checksum }) => [name, checksum]),
      [
        ['zlib', checksumOf('zlib=1.3-r0')],
        ['zlib-dev', checksumOf('zlib/zlib-dev=1.3-r0')],
      ],
    );
    assert.deepEqual(
      [zlib.repository, zlib.builtAt, zlib.priority],
      ['https://packages.example/os', 1_700_000_000, 'new'],
    );
  });

  it('takes from an index only a time and a commit that can be ones', async () => {
    const odd = [
      { t: '999999999999999', c: 'a'.repeat(129) },
      { t: '-1', c: '=cmd()' },
      { t: '253402300800', c: '' },
    ];
    for (const given of odd) {
      const { jobs } = await plan([
        await repositoryOf('https://packages.example/os', record('a=1-r0', given)),
      ]);
      assert.deepEqual([jobs[0]!.builtAt, jobs[0]!.commit], [0, '']);
    }
  });

  const selections: readonly (readonly [Partial<BuildSelection>, readonly string[]])[] = [
    [{ patterns: ['zlib'] }, ['zlib=1.3-r0']],
    [{ patterns: ['zlib-dev'] }, ['zlib=1.3-r0']],
    [{ patterns: ['zlib=1.2-r9'] }, ['zlib=1.2-r9']],
    [{ patterns: ['py3-*'] }, ['py3-a=1.0-r0', 'py3-b=2.0-r1']],
    [{ patterns: ['*-?'] }, ['py3-a=1.0-r0', 'py3-b=2.0-r1']],
    [{ patterns: ['nothing'] }, []],
    [{ allVersions: true, patterns: ['zlib'] }, ['zlib=1.2-r9', 'zlib=1.3-r0']],
    [{ builtSince: 1_780_000_000 }, ['py3-a=1.0-r0']],
    [
      {
        listedBefore: new Set([
          checksumOf('zlib=1.3-r0'),
          checksumOf('py3-a=1.0-r0'),
          checksumOf('py3-b=2.0-r1'),
        ]),
      },
      ['zlib=1.3-r0'],
    ],
    [
      {
        popularity: new Map([
          ['zlib-dev', 7],
          ['py3-a', 2],
        ]),
        leastPopularity: 3,
      },
      ['zlib=1.3-r0'],
    ],
    [{ images: [parseImagePackages(Buffer.from('P:zlib\nV:1.2-r9\n\nP:gone\nV:1-r0\n'))] }, ['zlib=1.2-r9']],
  ];
  for (const [selection, expected] of selections)
    it(`selects ${expected.join(' ') || 'nothing'} by ${Object.keys(selection).join(' and ')} ${selection.patterns ?? ''}`, async () => {
      const { jobs } = await plan([await usual()], selection);
      assert.deepEqual(builds(jobs), expected);
    });

  it('says what was asked for and is in no index', async () => {
    const images = [parseImagePackages(Buffer.from('P:zlib\nV:1.3-r0\n\nP:gone\nV:1-r0\n'))];
    const { unmatched } = await plan([await usual()], { images, patterns: ['zlib', 'nothing*'] });
    assert.deepEqual(unmatched, ['nothing*', 'gone=1-r0']);
  });

  it('counts the images that have a package, and puts what was named first', async () => {
    const image = parseImagePackages(Buffer.from('P:zlib-dev\nV:1.3-r0\n'));
    const { jobs } = await plan([await usual()], {
      images: [image, image],
      popularity: new Map([['zlib', 10]]),
    });
    assert.equal(jobs[0]!.popularity, 12);
    const named = await plan([await usual()], { patterns: ['zlib', 'py3-*'] });
    assert.deepEqual(named.jobs.map(({ priority }) => priority).sort(), ['by-hand', 'new', 'new']);
    const all = await plan([await usual()], { allVersions: true });
    assert.deepEqual(
      all.jobs.filter(({ priority }) => priority === 'backfill').map(({ version }) => version),
      ['1.2-r9'],
    );
  });

  it('plans nothing that is known, and all of it again for a new version of the program', async () => {
    const { jobs } = await plan([await usual()]);
    const records = recordsOf(...jobs.map((job) => [job, 'settled'] as const));
    const again = await plan([await usual()], {}, records);
    assert.deepEqual([again.jobs.length, again.known], [0, 3]);
    const later = await plan([await usual()], {}, records, '0.2.0');
    assert.deepEqual(
      later.jobs.map(({ priority }) => priority),
      Array(3).fill('changed-tool'),
    );
  });

  it('plans what changed under the same version, and what lacked an environment once an index changed', async () => {
    const before = await plan([await usual()]);
    const records = recordsOf(
      ...before.jobs.map(
        (job) => [job, job.origin === 'zlib' ? 'environment-unavailable' : 'settled'] as const,
      ),
    );
    const same = await plan([await usual()], {}, records);
    assert.equal(same.jobs.length, 0);
    const changed = await repositoryOf(
      'https://packages.example/os',
      record('zlib=1.3-r0'),
      record('zlib/zlib-dev=1.3-r0'),
      record('py3-a=1.0-r0', { C: checksumOf('other') }),
      record('py3-b=2.0-r1'),
    );
    const { jobs } = await plan([changed], {}, records);
    assert.deepEqual(builds(jobs), ['py3-a=1.0-r0', 'zlib=1.3-r0']);
  });

  it('judges a build of several repositories once, of the first, and nothing that an index lists twice', async () => {
    const first = await repositoryOf('https://first.example', record('a=1-r0'));
    const second = await repositoryOf(
      'https://second.example',
      record('a=1-r0'),
      record('b=1-r0'),
      record('b=1-r0', { C: checksumOf('other') }),
    );
    const { jobs, ambiguous } = await plan([first, second]);
    assert.deepEqual(
      jobs.map(({ origin, repository }) => [origin, repository]),
      [['a', 'https://first.example']],
    );
    assert.deepEqual(ambiguous, ['b=1-r0']);
  });

  it('estimates from earlier attempts, and says what is assumed', async () => {
    const { jobs, estimate } = await plan([await usual()]);
    const { seconds, basis, measured, packageBytes, environmentBytes } = estimate;
    assert.deepEqual([seconds, basis, measured], [900, 'assumed', 0]);
    assert.equal(packageBytes, 3 * 1234 + 5000);
    assert.equal(environmentBytes, packageBytes + 1234);
    const records = recordsOf(...jobs.map((job) => [job, 'settled'] as const));
    const later = await plan([await usual()], {}, records, '0.2.0');
    assert.deepEqual([later.estimate.seconds, later.estimate.measured], [37.5, 3]);
  });
});

describe('what an image has', () => {
  const purl = 'pkg:apk/wolfi/zlib@1.3-r0?arch=x86_64';
  const forms = {
    installed: 'C:Q1abc=\nP:zlib\nV:1.3-r0\n\nP:../evil\nV:1\n',
    SPDX: JSON.stringify({
      packages: [
        { externalRefs: [{ referenceType: 'purl', referenceLocator: purl }, { referenceType: 'cpe23Type' }] },
        { name: 'no references' },
      ],
    }),
    CycloneDX: JSON.stringify({
      components: [{ components: [{ purl }] }, { purl: 'pkg:npm/left-pad@1.0.0' }],
    }),
  };
  for (const [form, text] of Object.entries(forms))
    it(`is read of ${form}`, () => {
      assert.deepEqual(parseImagePackages(Buffer.from(text)), [{ name: 'zlib', version: '1.3-r0' }]);
    });

  it('is not taken from anything else', () => {
    for (const text of ['', '{}', '{', 'hello', '{"components": [{"purl": 7}]}'])
      assert.throws(() => parseImagePackages(Buffer.from(text)), failure('usage'), text);
  });
});

describe('how much packages are used', () => {
  it('is a number for each name', () => {
    const counts = parsePopularity(Buffer.from('# counted\nzlib 12\npy3-a,3\n\nlonely\n'));
    assert.deepEqual(
      [...counts],
      [
        ['zlib', 12],
        ['py3-a', 3],
        ['lonely', 1],
      ],
    );
  });

  it('is nothing else', () => {
    for (const text of ['zlib twelve', 'a 1 2', '../a 1', 'a -1'])
      assert.throws(() => parsePopularity(Buffer.from(text)), failure('usage'), text);
  });
});

describe('a pattern of names', () => {
  for (const [name, glob, fits] of [
    ['abc', 'a*c', true],
    ['abc', 'a?c', true],
    ['abc', '*', true],
    ['abc', 'b*', false],
    ['abc', 'abc?', false],
    ['abcabd', '*ab?', true],
    ['a+b.c', 'a+b.c', true],
    ['', '*', true],
  ] as const)
    it(`${glob} ${fits ? 'fits' : 'does not fit'} ${JSON.stringify(name)}`, () => {
      assert.equal(fitsAnyName([name], [glob]), fits);
    });

  it('takes no longer for many stars', () => {
    assert.equal(fitsAnyName(['a'.repeat(120)], [`${'*a'.repeat(50)}b`]), false);
  });
});
