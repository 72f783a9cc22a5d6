import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../src/digest.ts';
import { failureClasses } from '../../src/failure.ts';
import { flakyPackages } from '../../src/status/flaky.ts';
import { lacks, remedyOf } from '../../src/status/lacking.ts';
import { nextActions } from '../../src/status/next-actions.ts';
import { readHistory, type SweepHistory } from '../../src/status/package-history.ts';
import { percent, shareOf, shareSentence, totalOf } from '../../src/status/share.ts';
import { sharesByDay } from '../../src/status/share-by-day.ts';
import { countCauses, sharesByArchitecture, sharesByMelange } from '../../src/status/share-groups.ts';
import { repositoriesText } from '../../src/status/status-words.ts';
import { regressions, turningPoints } from '../../src/status/turning-points.ts';
import type { SweepJob } from '../../src/sweep/job.ts';
import type { VerdictRow } from '../../src/sweep/verdict-row.ts';
import {
  digestOf,
  firstDay,
  type MadeJob,
  makeAttempt,
  makeJob,
  makeRepository,
  makeRows,
  recordsOf,
} from '../support/sweep-records.ts';

const day = 86_400_000;

/** A history of some jobs, each judged once, a day after the one before. */
async function judged(
  ...given: readonly (readonly [MadeJob, Partial<VerdictRow>?])[]
): Promise<SweepHistory & { readonly made: readonly SweepJob[] }> {
  const made = given.map(([job]) => makeJob(job));
  const verdicts = given.flatMap(([, row], at) =>
    row === undefined ? [] : makeRows(made[at]!, firstDay + at * day, row),
  );
  return { ...(await readHistory(recordsOf({ jobs: made, attempts: [], verdicts }))), made };
}

const wrong = { verdict: 'not-reproduced', reason: 'content', causes: ['timestamp'] } as const;
const gone = { verdict: 'inconclusive', reason: 'environment-unavailable' } as const;

describe('the state of a package', () => {
  it('is waiting again once its job was queued again, whatever its attempts came to', async () => {
    const job = makeJob({ origin: 'a', version: '1-r0' });
    const attempts = [makeAttempt(job, 1, 'internal', firstDay)];
    const stateOf = async (reopened: readonly Sha256[]) => {
      const { packages } = await readHistory(recordsOf({ jobs: [job], attempts, verdicts: [], reopened }));
      return packages[0]!.state.kind;
    };
    assert.deepEqual([await stateOf([]), await stateOf([job.key])], ['dead', 'waiting']);
  });

  for (const [what, jobs, expected] of [
    [
      'is the verdict on its newest build',
      [
        [{ origin: 'a', version: '1.9-r0' }, {}],
        [{ origin: 'a', version: '1.10-r0' }, wrong],
      ],
      'not-reproduced content',
    ],
    [
      'is not the verdict on an older build that was judged later',
      [
        [{ origin: 'a', version: '2-r0' }, {}],
        [{ origin: 'a', version: '1-r0' }, wrong],
      ],
      'reproduced ',
    ],
    [
      'is waiting while its newest build is not judged',
      [[{ origin: 'a', version: '1-r0' }, {}], [{ origin: 'a', version: '2-r0' }]],
      'waiting ',
    ],
    [
      'stays what bytes have shown when a later run cannot say',
      [
        [{ origin: 'a', version: '1-r0' }, {}],
        [{ origin: 'a', version: '1-r0', tool: '0.2.0' }, gone],
      ],
      'reproduced ',
    ],
    [
      'is the last of two verdicts about bytes',
      [
        [{ origin: 'a', version: '1-r0' }, {}],
        [{ origin: 'a', version: '1-r0', tool: '0.2.0' }, wrong],
      ],
      'not-reproduced content',
    ],
  ] as const satisfies readonly (readonly [
    string,
    readonly (readonly [MadeJob, Partial<VerdictRow>?])[],
    string,
  ])[]) {
    it(what, async () => {
      const { packages } = await judged(...jobs);
      assert.deepEqual(
        packages.map(({ state }) => `${state.kind} ${state.reason}`),
        [expected],
      );
    });
  }

  it('is dead once its attempts may not be followed by one more', async () => {
    const job = makeJob({ origin: 'a', version: '1-r0' });
    const attempts = [1, 2].map((number) => makeAttempt(job, number, 'memory', firstDay));
    const once = await readHistory(recordsOf({ jobs: [job], attempts: attempts.slice(0, 1), verdicts: [] }));
    assert.equal(once.packages[0]!.state.kind, 'waiting');
    const twice = await readHistory(recordsOf({ jobs: [job], attempts, verdicts: [] }));
    assert.deepEqual(twice.packages[0]!.state, { kind: 'dead', reason: 'memory' });
  });
});

describe('a share', () => {
  it('says what was judged, what not, and why', async () => {
    const { packages } = await judged(
      [{ origin: 'a', version: '1-r0', names: ['a', 'a-doc'] }, {}],
      [{ origin: 'b', version: '1-r0' }, wrong],
      [{ origin: 'c', version: '1-r0' }, gone],
      [{ origin: 'd', version: '1-r0' }],
    );
    const share = shareOf(packages.map(({ state }) => state));
    assert.deepEqual(share, {
      reproduced: 2,
      notReproduced: 1,
      unjudged: [
        { kind: 'inconclusive', reason: 'environment-unavailable', count: 1 },
        { kind: 'waiting', reason: '', count: 1 },
      ],
    });
    assert.equal(shareSentence(share), '2 of 3 judged packages reproduce (66.7 %); 2 of 5 were not judged');
    assert.equal(shareSentence(shareOf([{ kind: 'waiting', reason: '' }])), 'none of 1 package was judged');
  });

  it('is rounded towards neither all nor nothing', () => {
    assert.deepEqual(
      [
        [0, 9],
        [9, 9],
        [99_999, 100_000],
        [1, 100_000],
        [1, 2],
        [0, 0],
      ].map(([part, whole]) => percent(part!, whole!)),
      ['0 %', '100 %', '99.9 %', '0.1 %', '50.0 %', 'none'],
    );
  });

  it('is that of each architecture, melange and cause, which add up to all', async () => {
    const { packages } = await readHistory(recordsOf(makeRepository(600)));
    const whole = totalOf(shareOf(packages.map(({ state }) => state)));
    assert.equal(whole, packages.length);
    for (const groups of [sharesByArchitecture(packages), sharesByMelange(packages)])
      assert.equal(
        groups.reduce((sum, group) => sum + totalOf(group), 0),
        whole,
      );
    assert.deepEqual(
      sharesByMelange(packages).map(({ name }) => name),
      ['v0.59.1', 'v0.58.0', 'v0.51.2', 'v0.40.5', 'v0.23.6', ''],
    );
    const bad = packages.filter(({ state }) => state.kind === 'not-reproduced');
    assert.equal(
      countCauses(packages).reduce((sum, { alone }) => sum + alone, 0),
      bad.length,
    );
  });
});

describe('the days', () => {
  it('hold what was believed at the end of each', async () => {
    const { packages } = await judged(
      [{ origin: 'a', version: '1-r0' }, {}],
      [{ origin: 'b', version: '1-r0' }, gone],
      [{ origin: 'a', version: '2-r0' }, wrong],
      [{ origin: 'a', version: '1-r0', tool: '0.2.0' }, {}],
    );
    assert.deepEqual(sharesByDay(packages), [
      { day: '2026-11-01', verdicts: 1, reproduced: 1, notReproduced: 0, unjudged: 0 },
      { day: '2026-11-02', verdicts: 1, reproduced: 1, notReproduced: 0, unjudged: 1 },
      { day: '2026-11-03', verdicts: 1, reproduced: 0, notReproduced: 1, unjudged: 1 },
      { day: '2026-11-04', verdicts: 1, reproduced: 0, notReproduced: 1, unjudged: 1 },
    ]);
  });

  it('end where the states are, once everything that was planned was judged', async () => {
    const made = makeRepository(400);
    const known = new Set(made.verdicts.map(({ job }) => job));
    const jobs = made.jobs.filter(({ key }) => known.has(key));
    const { packages } = await readHistory(recordsOf({ ...made, jobs }));
    const share = shareOf(packages.map(({ state }) => state));
    const last = sharesByDay(packages).at(-1)!;
    assert.deepEqual([last.reproduced, last.notReproduced], [share.reproduced, share.notReproduced]);
    assert.equal(last.reproduced + last.notReproduced + last.unjudged, totalOf(share));
  });
});

describe('a turning point', () => {
  it('is the first build that stopped reproducing, with what was different then', async () => {
    const environment = digestOf('other');
    const { packages } = await judged(
      [{ origin: 'a', version: '1-r0' }, {}],
      [{ origin: 'a', version: '2-r0' }, gone],
      [
        { origin: 'a', version: '3-r0' },
        { ...wrong, environment, sandbox: '' },
      ],
      [{ origin: 'a', version: '4-r0' }, wrong],
    );
    const [point, ...more] = regressions(packages);
    assert.deepEqual(more, []);
    assert.deepEqual([point!.before.version, point!.after.version], ['1-r0', '3-r0']);
    assert.equal(point!.unjudgedBetween, 1);
    assert.deepEqual(
      point!.changes.map(({ kind }) => kind),
      ['checksum', 'recipe', 'environment'],
    );
    assert.deepEqual(point!.unknown, ['sandbox']);
  });

  it('is none where a later build reproduces again, though the history has both', async () => {
    const { packages } = await judged(
      [{ origin: 'a', version: '1-r0' }, {}],
      [{ origin: 'a', version: '2-r0' }, wrong],
      [{ origin: 'a', version: '3-r0' }, {}],
    );
    assert.deepEqual(regressions(packages), []);
    assert.deepEqual(
      turningPoints(packages[0]!).map(({ kind }) => kind),
      ['regression', 'fix'],
    );
  });
});

describe('triage', () => {
  it('calls a package flaky by the gravest of what is known', async () => {
    const jobs = ['a', 'b', 'c', 'd'].map((origin) => makeJob({ origin, version: '1-r0' }));
    const again = makeJob({ origin: 'a', version: '1-r0', tool: '0.2.0' });
    const verdicts = [
      ...makeRows(jobs[0]!, firstDay),
      ...makeRows(again, firstDay + 1, wrong),
      ...makeRows(jobs[1]!, firstDay, { verdict: 'not-reproduced', reason: 'unstable' }),
      ...makeRows(jobs[2]!, firstDay),
      ...makeRows(jobs[3]!, firstDay),
    ];
    const attempts = [makeAttempt(jobs[2]!, 1, 'network', 0), makeAttempt(jobs[2]!, 2, 'settled', 0)];
    const found = flakyPackages(await readHistory(recordsOf({ jobs: [...jobs, again], attempts, verdicts })));
    assert.deepEqual(
      found.map(({ of, kind }) => `${of.name} ${kind}`),
      ['a contradiction', 'b unstable', 'c attempts'],
    );
    assert.deepEqual(found[2]!.attempts, ['network', 'settled']);
  });

  it('puts first what settles the most packages for the least work', async () => {
    const made = [
      ...['a', 'b', 'c'].map((origin) => [{ origin, version: '1-r0' }, gone] as const),
      ...['d', 'e'].map(
        (origin) =>
          [
            { origin, version: '1-r0', names: [origin, `${origin}-doc`] },
            { verdict: 'inconclusive', reason: 'network-required' },
          ] as const,
      ),
      [
        { origin: 'f', version: '1-r0' },
        { verdict: 'build-failed', reason: 'step-failed' },
      ] as const,
    ];
    const actions = nextActions(await judged(...made));
    assert.deepEqual(
      actions.map(({ state, packages, builds }) => [state.reason, packages, builds]),
      [
        ['network-required', 4, 2],
        ['environment-unavailable', 3, 3],
        ['step-failed', 1, 1],
      ],
    );
    assert.equal(actions[0]!.hours, undefined);
  });

  it('knows what would settle every verdict that is not about bytes', () => {
    for (const [reason, kind] of Object.entries(failureClasses))
      if (kind !== 'usage') assert.notEqual(remedyOf({ kind, reason }).step, 'read the result', reason);
  });
});

it('does not depend on the order in which records come', async () => {
  const made = makeRepository(200);
  const reversed = {
    jobs: made.jobs.toReversed(),
    attempts: made.attempts.toReversed(),
    verdicts: made.verdicts.toReversed(),
  };
  const [one, other] = await Promise.all([made, reversed].map((each) => readHistory(recordsOf(each))));
  assert.deepEqual(other!.packages, one!.packages);
  for (const aggregate of [lacks, sharesByDay, regressions, countCauses])
    assert.deepEqual(aggregate(other!.packages), aggregate(one!.packages), aggregate.name);
  assert.deepEqual(nextActions(other!), nextActions(one!));
});

describe('repositories in a title', () => {
  for (const [named, expected] of [
    [['a'], 'a'],
    [['a', 'b', 'c'], 'a, b, c'],
    [['a', 'b', 'c', 'd'], 'a, b and 2 more repositories'],
  ] as const)
    it(`are ${expected}`, () => assert.equal(repositoriesText(named), expected));
});
