import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BuildTime, parseRfc3339, rfc3339 } from '../../../src/claim/sbom/time.ts';

const table: [string, BuildTime][] = [
  ['1970-01-01T00:00:00Z', { epochSeconds: 0, zoneOffsetMinutes: 0 }],
  ['1969-12-31T19:00:00-05:00', { epochSeconds: 0, zoneOffsetMinutes: -300 }],
  ['1970-01-01T05:45:00+05:45', { epochSeconds: 0, zoneOffsetMinutes: 345 }],
  ['2024-02-29T23:59:59Z', { epochSeconds: 1709251199, zoneOffsetMinutes: 0 }],
];

test('times are written and read as Go prints them', () => {
  for (const [text, time] of table) {
    assert.equal(rfc3339(time), text);
    assert.deepEqual(parseRfc3339(text), time);
  }
});

test('what Go cannot have printed is not a time', () => {
  const texts = [
    '',
    '2024-02-30T00:00:00Z',
    '2024-06-15T24:00:00Z',
    '2024-06-15T12:00:00+00:00',
    '2024-06-15T12:00:00.0Z',
    '2024-06-15 12:00:00Z',
    '2024-06-15T12:00:00Z\n',
    '٢٠٢٤-06-15T12:00:00Z',
  ];
  for (const text of texts) assert.equal(parseRfc3339(text), undefined, text);
});

test('every time reads back as it was', () => {
  const epochSeconds = fc.integer({ min: -2_000_000_000, max: 200_000_000_000 });
  const zoneOffsetMinutes = fc.integer({ min: -12 * 60, max: 14 * 60 });
  fc.assert(
    fc.property(epochSeconds, zoneOffsetMinutes, (seconds, offset) => {
      const time = { epochSeconds: seconds, zoneOffsetMinutes: offset };
      assert.deepEqual(parseRfc3339(rfc3339(time)), time);
    }),
  );
});
