import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wolfi } from '../../src/repository/known.ts';
import { scanRecords } from '../../src/repository/records.ts';
import { describeStaleness, type StalenessRule } from '../../src/repository/staleness.ts';
import { recordText, usualRecord } from '../support/index-builder.ts';

const day = 24 * 3600;
const newest = 1_700_000_000;
const elsewhere = 'https://repo.example/os';

function staleness(
  location: string,
  times: readonly string[],
  rule: Partial<StalenessRule>,
): string | undefined {
  const text = times.map((t, at) => recordText({ ...usualRecord, P: `p${at}`, t })).join('');
  const records = scanRecords(Buffer.from(text));
  return describeStaleness(
    { location, records },
    { now: newest, mostDays: undefined, offline: false, ...rule },
  );
}

test('an index is stale where its newest build is older than it may be', () => {
  const cases: [what: string, location: string, rule: Partial<StalenessRule>, stale: boolean][] = [
    ['Wolfi’s, within its bound', wolfi.location, { now: newest + 7 * day }, false],
    ['Wolfi’s, beyond it', wolfi.location, { now: newest + 8 * day }, true],
    ['Wolfi’s, beyond it, offline', wolfi.location, { now: newest + 8 * day, offline: true }, false],
    ['Wolfi’s, with a wider bound', wolfi.location, { now: newest + 8 * day, mostDays: 30 }, false],
    ['another, of any age', elsewhere, { now: newest + 9999 * day }, false],
    ['another, within a bound', elsewhere, { now: newest + 1.9 * day, mostDays: 1 }, false],
    ['another, beyond a bound', elsewhere, { now: newest + 2 * day, mostDays: 1 }, true],
    [
      'another, beyond a bound, offline',
      elsewhere,
      { now: newest + 2 * day, mostDays: 1, offline: true },
      true,
    ],
    ['one that is newer than now', elsewhere, { now: newest - day, mostDays: 1 }, false],
  ];
  for (const [what, location, rule, stale] of cases)
    assert.equal(staleness(location, ['1600000000', String(newest)], rule) !== undefined, stale, what);
});

test('the warning names the index, the date and the age', () => {
  assert.equal(
    staleness(elsewhere, [String(newest)], { now: newest + 40 * day, mostDays: 30 }),
    `the newest build in the index of ${elsewhere} is of 2023-11-14, 40 days ago: a newer index may be withheld`,
  );
});

test('invalid times are not a reason to fail', () => {
  const rule = { now: newest + 2 * day, mostDays: 1 };
  assert.match(staleness(elsewhere, ['', 'x'], rule)!, /records no time of any build/);
  assert.equal(staleness(elsewhere, ['9'.repeat(400), '1e308', '-5'], rule), undefined);
});
