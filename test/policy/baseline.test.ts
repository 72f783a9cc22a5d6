import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type CauseKind, causeTitles } from '../../src/compare/cause.ts';
import { Failure } from '../../src/failure.ts';
import {
  baselineOf,
  parseBaseline,
  renderBaseline,
  standingOf,
  tightened,
} from '../../src/policy/baseline.ts';
import { gatedRun } from '../../src/policy/gate.ts';
import { changeBetween, isKnownVerdict, stateOf } from '../../src/policy/known-states.ts';
import type { KnownState } from '../../src/verdict/acceptance.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { failure } from '../support/failures.ts';
import {
  about,
  buildFailed,
  cause,
  difference,
  digest,
  inconclusive,
  notJudged,
  notReproduced,
  packageResult,
  rejected,
  reproduced,
  unequal,
} from '../support/results.ts';
import { today } from './support.ts';

const head = '{"schema":"wolfi-repro/baseline/1"}';
const line = (name: string, verdict: string, ...causes: CauseKind[]) =>
  JSON.stringify({ package: name, verdict, causes });
const parsed = (...lines: string[]) =>
  parseBaseline(Buffer.from([head, ...lines, ''].join('\n')), 'baseline.jsonl');
const named = (name: string, result: PackageResult): PackageResult => ({
  ...about(result, { sha256: digest(name), name, version: '2.0-r0', architecture: 'x86_64' }),
});
const date = difference('content', 'usr/share/date', { causes: [cause('timestamp')] });
const mode = difference('mode', 'usr/bin/tool', { causes: [cause('umask')] });

describe('what became of a package', () => {
  const state = (verdict: string, ...causes: CauseKind[]): KnownState => ({ verdict, causes });
  const rows: readonly (readonly [KnownState, KnownState, 'same' | 'better' | 'worse'])[] = [
    [state('reproduced'), state('reproduced'), 'same'],
    [state('reproduced'), state('not-reproduced/recompressed'), 'worse'],
    [state('reproduced'), state('inconclusive/unreachable'), 'worse'],
    [state('not-reproduced/content', 'timestamp'), state('reproduced'), 'better'],
    [state('not-reproduced/content', 'timestamp'), state('not-reproduced/content', 'timestamp'), 'same'],
    [
      state('not-reproduced/content', 'timestamp'),
      state('not-reproduced/metadata-only', 'timestamp'),
      'better',
    ],
    [state('not-reproduced/metadata-only', 'umask'), state('not-reproduced/content', 'umask'), 'worse'],
    [
      state('not-reproduced/content', 'timestamp'),
      state('not-reproduced/content', 'timestamp', 'umask'),
      'worse',
    ],
    [
      state('not-reproduced/content', 'timestamp', 'umask'),
      state('not-reproduced/content', 'umask'),
      'better',
    ],
    [state('not-reproduced/content', 'timestamp'), state('not-reproduced/content', 'umask'), 'worse'],
    [
      state('not-reproduced/content', 'timestamp'),
      state('not-reproduced/recompressed', 'compressor-version'),
      'worse',
    ],
    [state('not-reproduced/content', 'randomness'), state('not-reproduced/unstable', 'randomness'), 'same'],
    [state('not-reproduced/content', 'timestamp'), state('build-failed/step-failed'), 'worse'],
    [state('not-reproduced/content', 'timestamp'), state('inconclusive/unreachable'), 'worse'],
    [state('build-failed/step-failed'), state('build-failed/step-failed'), 'same'],
    [state('build-failed/step-failed'), state('build-failed/output-missing'), 'worse'],
    [state('build-failed/step-failed'), state('not-reproduced/recompressed'), 'worse'],
    [state('inconclusive/unreachable'), state('inconclusive/unreachable'), 'same'],
    [state('inconclusive/unreachable'), state('inconclusive/source-mismatch'), 'worse'],
    [state('inconclusive/unreachable'), state('reproduced'), 'better'],
    [state('build-failed/step-failed'), state('rejected/datahash-mismatch'), 'worse'],
    [state('build-failed/step-failed'), state('internal/internal'), 'worse'],
  ];
  for (const [was, is, change] of rows)
    it(`${was.verdict} ${was.causes} → ${is.verdict} ${is.causes}: ${change}`, () =>
      assert.equal(changeBetween(was, is), change));

  const verdicts = [
    'reproduced',
    'not-reproduced/content',
    'not-reproduced/sbom-only',
    'build-failed/step-failed',
  ];
  const states = fc.record({
    verdict: fc.constantFrom(...verdicts),
    causes: fc.uniqueArray(fc.constantFrom<CauseKind>('timestamp', 'umask', 'locale')),
  });

  it('is the same of what does not change, and is never better in both directions', () => {
    fc.assert(
      fc.property(states, states, (left, right) => {
        assert.equal(changeBetween(left, left), 'same');
        if (changeBetween(left, right) === 'better') assert.equal(changeBetween(right, left), 'worse');
      }),
    );
  });

  it('is not better by two steps and worse in one', () => {
    fc.assert(
      fc.property(states, states, states, (a, b, c) => {
        if (changeBetween(a, b) === 'better' && changeBetween(b, c) === 'better')
          assert.equal(changeBetween(a, c), 'better');
      }),
    );
  });
});

describe('a baseline', () => {
  it('has a line for each package, sorted, without digests and versions', () => {
    const { baseline } = baselineOf([
      named('zlib', notReproduced([date, mode])),
      named('a', reproduced()),
      named('b', buildFailed()),
    ]);
    const text = renderBaseline(baseline);
    assert.deepEqual(text.split('\n'), [
      head,
      line('a:x86_64', 'reproduced'),
      line('b:x86_64', 'build-failed/step-failed'),
      line('zlib:x86_64', 'not-reproduced/content', 'timestamp', 'umask'),
      '',
    ]);
    assert.deepEqual(parseBaseline(Buffer.from(text), 'baseline.jsonl'), baseline);
    assert.doesNotMatch(text, /[0-9a-f]{40}|2\.0/);
  });

  it('has the worst of several results of one package, with the causes of all', () => {
    const { baseline } = baselineOf([
      named('a', reproduced()),
      named('a', notReproduced([date])),
      named('a', notReproduced([mode])),
    ]);
    assert.deepEqual(
      [...baseline.packages.values()],
      [{ verdict: 'not-reproduced/content', causes: ['timestamp', 'umask'] }],
    );
  });

  it('leaves out what a policy accepts, what is rejected, what nobody vouches for, a defect, and what has no name', () => {
    const accepted = {
      ...named('a', notReproduced([date])),
      policy: {
        digest: digest('policy'),
        accepted: [{ rule: 'r', reason: 'known', owner: 'ann', until: '2027-01-01' }],
      },
    };
    const unvouched = new Failure('unknown-key', 'no given key vouches for it');
    const { baseline, leftOut } = baselineOf([
      accepted,
      named('b', rejected()),
      named('b', packageResult('b', { kind: 'inconclusive', reason: 'unknown-key', failure: unvouched })),
      named('c', notJudged()),
      inconclusive(),
      named('__proto__', reproduced()),
    ]);
    assert.equal(baseline.packages.size, 0);
    assert.deepEqual(
      leftOut.map(({ why }) => why),
      ['accepted', 'rejected', 'unvouched', 'not-judged', 'nameless', 'nameless'],
    );
  });

  it('knows no cause of what is not listed, and of what none was looked for', () => {
    assert.deepEqual(stateOf(notReproduced([difference('mode', 'a')])).causes, ['unknown']);
    const comparison = unequal([date]);
    const sections = comparison.sections.map((each) =>
      each.section === 'data' ? { ...each, unlisted: 1 } : each,
    );
    const cut = packageResult('a', {
      kind: 'not-reproduced',
      reason: 'content',
      comparison: { ...comparison, sections },
    });
    assert.deepEqual(stateOf(cut).causes, ['timestamp', 'unknown']);
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'no head': [line('a:x86_64', 'reproduced')],
    'a head of something else': ['{"schema":"wolfi-repro/result/1"}'],
    'a package twice': [head, line('a:x86_64', 'reproduced'), line('a:x86_64', 'reproduced')],
    'no architecture': [head, line('a', 'reproduced')],
    'a name that is none': [head, line('../a:x86_64', 'reproduced')],
    'a verdict that nobody gives': [head, line('a:x86_64', 'fine')],
    'a package that is rejected': [head, line('a:x86_64', 'rejected/datahash-mismatch')],
    'a package that no key vouches for': [head, line('a:x86_64', 'inconclusive/unsigned')],
    'a defect': [head, line('a:x86_64', 'internal/internal')],
    'a cause that nobody names': [
      head,
      '{"package":"a:x86_64","verdict":"reproduced","causes":["bad-luck"]}',
    ],
    'a key that is not known': [
      head,
      '{"package":"a:x86_64","verdict":"reproduced","causes":[],"sha256":""}',
    ],
    'a mark of a merge': [head, '<<<<<<< HEAD'],
    'a line that is too long': [head, `{"package":"${'a'.repeat(20_000)}"}`],
    'depth without end': [head, '['.repeat(10_000)],
  };
  for (const [what, lines] of Object.entries(wrong))
    it(`is refused with ${what}`, () => {
      assert.throws(() => parseBaseline(Buffer.from(lines.join('\n')), 'baseline.jsonl'), failure('usage'));
    });

  it('is read in any order, as a merge leaves it', () => {
    const [a, b] = [line('a:x86_64', 'reproduced'), line('b:x86_64', 'reproduced')];
    assert.equal(renderBaseline(parsed(b, a)), [head, a, b, ''].join('\n'));
  });

  it('can hold every cause, and every verdict but what says nothing of the package or is rejected', () => {
    for (const kind of Object.keys(causeTitles) as CauseKind[])
      assert.equal(parsed(line('a:x86_64', 'not-reproduced/content', kind)).packages.size, 1);
    for (const word of [
      'inconclusive/cancelled',
      'inconclusive/file-changed',
      'rejected/malformed',
      'not-reproduced',
    ])
      assert.ok(!isKnownVerdict(word), word);
  });
});

describe('a run held against a baseline', () => {
  const baseline = parsed(
    line('a:x86_64', 'reproduced'),
    line('b:x86_64', 'not-reproduced/content', 'timestamp'),
    line('c:x86_64', 'build-failed/step-failed'),
    line('gone:aarch64', 'reproduced'),
  );
  const run = (...packages: PackageResult[]) => gatedRun(runResult(packages), { baseline, today });

  it('passes where nothing is worse, and says what was not judged', () => {
    const same = run(named('a', reproduced()), named('b', notReproduced([date])), named('c', buildFailed()));
    assert.equal(same.exitCode, 0);
    assert.deepEqual(same.baseline, { notJudged: ['gone:aarch64'] });
    assert.equal(same.verdict, 'not-reproduced');
  });

  it('fails with the code of what got worse, and only of that', () => {
    assert.equal(run(named('a', notReproduced([date])), named('c', buildFailed())).exitCode, 1);
    assert.equal(run(named('b', notReproduced([date])), named('a', buildFailed())).exitCode, 3);
    assert.equal(run(named('b', notReproduced([date, mode]))).exitCode, 1);
    assert.equal(run(named('c', rejected())).exitCode, 5);
  });

  it('lets a new package pass only where it is reproduced', () => {
    assert.equal(run(named('new', reproduced())).exitCode, 0);
    assert.equal(run(named('new', notReproduced([date]))).exitCode, 1);
    const other = { ...named('b', notReproduced([date])) };
    const elsewhere = { ...other, subject: { ...other.subject!, architecture: 'aarch64' } };
    assert.equal(standingOf(baseline, elsewhere).state, 'new');
  });

  it('is tightened by what is better and by new packages that are reproduced, and by nothing else', () => {
    const next = tightened(baseline, [
      named('a', notReproduced([date])),
      named('b', reproduced()),
      named('c', notReproduced([date])),
      named('new', reproduced()),
      named('bad', notReproduced([date])),
    ]);
    assert.deepEqual(Object.fromEntries([...next!.packages].map(([name, { verdict }]) => [name, verdict])), {
      'a:x86_64': 'reproduced',
      'b:x86_64': 'reproduced',
      'c:x86_64': 'build-failed/step-failed',
      'gone:aarch64': 'reproduced',
      'new:x86_64': 'reproduced',
    });
    assert.equal(
      tightened(baseline, [named('a', reproduced()), named('b', notReproduced([date]))]),
      undefined,
    );
  });

  it('is not tightened by one result of a package of which a different one is no better', () => {
    assert.equal(
      tightened(baseline, [named('b', reproduced()), named('b', notReproduced([date]))]),
      undefined,
    );
  });
});
