import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDay } from '../../src/policy/day.ts';
import { judgedAgain } from '../../src/policy/judge-again.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { mergeSavedRuns, parseSavedRun } from '../../src/report/saved/saved-run.ts';
import { renderText } from '../../src/report/text-report.ts';
import type { Acceptance, PolicyNotice } from '../../src/verdict/acceptance.ts';
import { type StatedPackage, type StatedRun, statedRun } from '../../src/verdict/stated.ts';
import { buildFailed, difference, digest, notReproduced, reproduced } from '../support/results.ts';
import { shardRun } from '../support/runs.ts';

const rule = (name: string, until: string, differences?: number) => ({
  rule: name,
  reason: 'it is known',
  owner: 'ann',
  until,
  ...(differences === undefined ? {} : { differences }),
});
const differing = notReproduced([difference('mode', 'm')], 'a.apk');
const acceptedBy = (...accepted: Acceptance['accepted']): StatedPackage => ({
  ...differing,
  policy: { digest: digest('policy'), accepted },
});
const runs = [shardRun(1, 1)];
/** What a run saved, read on a day. */
function onDay(
  day: string,
  packages: readonly StatedPackage[],
  notices: readonly PolicyNotice[] = [],
): StatedRun {
  const policy = { digest: digest('policy'), notices };
  const saved = renderJson(statedRun(packages, { runs, ...(notices.length === 0 ? {} : { policy }) }));
  return judgedAgain(mergeSavedRuns([parseSavedRun(Buffer.from(saved))]), parseDay(day)!);
}

describe('a saved acceptance', () => {
  it('lasts as long as its rule, is said to end 14 days and again 7 days before, and then fails the run', () => {
    const told = (day: string) => {
      const { packages, policy, exitCode } = onDay(day, [acceptedBy(rule('a', '2026-12-31', 1))]);
      const [first] = packages;
      return [exitCode, first!.policy!.accepted.length, ...policy!.notices.map(({ kind }) => kind)];
    };
    assert.deepEqual(told('2026-12-16'), [0, 1]);
    assert.deepEqual(told('2026-12-17'), [0, 1, 'ends-soon']);
    assert.deepEqual(told('2026-12-24'), [0, 1, 'about-to-end']);
    assert.deepEqual(told('2026-12-31'), [0, 1, 'about-to-end']);
    assert.deepEqual(told('2027-01-01'), [1, 0, 'expired']);
  });

  it('by rules that act together ends with the first of them, unless one accepts the verdict whatever differs', () => {
    const why = (...rules: Acceptance['accepted']) => {
      const { policy } = onDay('2027-01-01', [acceptedBy(...rules)]).packages[0]!;
      const refused = (policy!.refused ?? []).map((each) => `${each.rule} ${each.why}`);
      return [...policy!.accepted.map((each) => each.rule), ...refused];
    };
    assert.deepEqual(why(rule('a', '2026-12-31', 1), rule('b', '2027-12-31', 1)), [
      'a expired',
      'b not-everything',
    ]);
    assert.deepEqual(why(rule('a', '2026-12-31', 1), rule('b', '2027-12-31')), ['b']);
    assert.deepEqual(why(rule('a', '2026-12-31'), rule('b', '2027-12-31', 1)), [
      'a expired',
      'b not-everything',
    ]);
    assert.deepEqual(why(rule('a', '2026-02-31', 1)), ['a expired'], 'a day that no calendar has');
  });

  it('that is over lets no saved baseline pass in its place', () => {
    const standing = { state: 'same', was: { verdict: 'not-reproduced/content', causes: [] } } as const;
    const both = { ...acceptedBy(rule('a', '2026-12-31', 1)), baseline: standing };
    assert.equal(onDay('2026-12-31', [both]).exitCode, 0);
    assert.equal(onDay('2027-01-01', [both]).exitCode, 1);
    const known = onDay('2027-01-01', [{ ...differing, baseline: standing }]);
    assert.equal(known.exitCode, 0);
    assert.match(renderText(known), /^1 package passes by a baseline of the run that judged/m);
  });

  it('leaves a rule unused that no shard needs, and no other', () => {
    const unused = { kind: 'unused', rule: 'a', owner: 'ann', until: '2027-12-31' } as const;
    const code = (...packages: readonly StatedPackage[]) => onDay('2026-12-01', packages, [unused]).exitCode;
    assert.equal(code(reproduced()), 6);
    assert.equal(code(reproduced(), acceptedBy(rule('b', '2027-12-31'))), 6);
    assert.equal(code(reproduced(), acceptedBy(rule('a', '2027-12-31'))), 0);
    const { reason: _, ...named } = rule('a', '2027-12-31');
    const failing: StatedPackage = {
      ...buildFailed('b.apk'),
      policy: { digest: digest('policy'), accepted: [], refused: [{ ...named, why: 'other-verdict' }] },
    };
    assert.deepEqual(onDay('2026-12-01', [failing], [unused]).policy!.notices, [], 'it was not compared');
  });
});
