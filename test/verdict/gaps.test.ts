import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Gap, gapsIn, versionsOf } from '../../src/verdict/gaps.ts';
import type { KnownRun, RunRecord } from '../../src/verdict/run-record.ts';
import { digest } from '../support/results.ts';
import { shardRun } from '../support/runs.ts';

const asked = { list: digest('ten packages'), packages: 10, elsewhere: 0, unchanged: 0 };
const whole: KnownRun = { ...shardRun(1, 1), asked, judged: 10 };
const killed: KnownRun = { ...whole, judged: 3, ended: false };
const rest: KnownRun = { ...whole, asked: { ...asked, unchanged: 3 }, judged: 7 };
const other = (run: KnownRun): KnownRun => ({ ...run, asked: { ...run.asked, list: digest('others') } });
const cut = (index: number, count: number) => shardRun(index, count, { ended: false, judged: 1 });
const cutShort = (index: number, count: number): Gap => ({
  kind: 'cut-short',
  shard: { index, count },
  judged: 1,
  toJudge: 2,
});

describe('what joined results lack', () => {
  const cases: readonly (readonly [what: string, runs: readonly RunRecord[], gaps: readonly Gap[]])[] = [
    ['nothing of a whole run', [whole], []],
    ['nothing of runs that do not say what they were', [{ judged: 3 }], []],
    ['nothing of every shard', [shardRun(2, 2), shardRun(1, 2)], []],
    [
      'nothing of every shard of two lists',
      [1, 2].flatMap((at) => [shardRun(at, 2), other(shardRun(at, 2))]),
      [],
    ],
    ['nothing of a run that was killed and taken up again', [killed, rest], []],
    ['nothing of a shard that was killed and judged again', [cut(1, 2), shardRun(2, 2), shardRun(1, 2)], []],
    ['nothing where one of two ways to cut is whole', [shardRun(1, 2), shardRun(2, 2), shardRun(1, 3)], []],
    ['nothing where a run without shards is whole', [whole, shardRun(1, 3)], []],
    ['the rest of a run that was killed', [killed], [{ kind: 'cut-short', judged: 3, toJudge: 10 }]],
    [
      'the rest of a run that was killed most lately',
      [{ ...killed, judged: 1 }, killed, { ...killed, judged: 2 }],
      [{ kind: 'cut-short', judged: 3, toJudge: 10 }],
    ],
    [
      'the rest where a whole run is of a different list',
      [killed, other(whole)],
      [{ kind: 'cut-short', judged: 3, toJudge: 10 }],
    ],
    [
      'what a run did not judge although it ended',
      [{ ...whole, judged: 9 }],
      [{ kind: 'cut-short', judged: 9, toJudge: 10 }],
    ],
    ['the other shards of one', [shardRun(2, 4)], [{ kind: 'shards-missing', count: 4, missing: [1, 3, 4] }]],
    [
      'a shard of one list, whatever there is of a different one',
      [shardRun(1, 2), other(shardRun(1, 2)), other(shardRun(2, 2))],
      [{ kind: 'shards-missing', count: 2, missing: [2] }],
    ],
    ['the rest of a shard', [cut(1, 2), shardRun(2, 2)], [cutShort(1, 2)]],
    [
      'what is missing of each way to cut, where no way is whole',
      [shardRun(1, 2), cut(3, 3)],
      [
        { kind: 'shards-unlike', counts: [2, 3] },
        { kind: 'shards-missing', count: 2, missing: [2] },
        { kind: 'shards-missing', count: 3, missing: [1, 2] },
        cutShort(3, 3),
      ],
    ],
  ];
  for (const [what, runs, gaps] of cases)
    it(`is ${what}`, () => {
      assert.deepEqual(gapsIn(runs), gaps);
      assert.deepEqual(new Set(gapsIn([...runs].reverse())), new Set(gaps), 'in any order');
    });

  it('is found among many runs in a moment', () => {
    const runs = Array.from({ length: 9999 }, (_, at) => shardRun(at + 1, 10_000));
    assert.deepEqual(gapsIn(runs), [{ kind: 'shards-missing', count: 10_000, missing: [10_000] }]);
  });

  it('is beside the versions that judged', () => {
    const newer = { ...whole, tool: { name: 'wolfi-repro', version: '0.2.0' } };
    assert.deepEqual(versionsOf([newer, whole, whole, { judged: 1 }]), [
      'wolfi-repro 0.1.0',
      'wolfi-repro 0.2.0',
    ]);
  });
});
