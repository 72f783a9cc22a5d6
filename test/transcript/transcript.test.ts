/** Transcripts as bytes: canonical, whole, and refused where they are anything else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import {
  makeTranscript,
  parseTranscript,
  type RecordedExchange,
  type Transcript,
  transcriptBytes,
  transcriptDigest,
  transcriptObjects,
  unansweredReasons,
} from '../../src/transcript/transcript.ts';

const stored = fc
  .tuple(fc.string(), fc.nat({ max: 2 ** 40 }))
  .map(([text, size]) => ({ sha256: sha256(Buffer.from(text)), size }));
const pairs = (...names: string[]) =>
  fc.array(fc.tuple(fc.constantFrom(...names), fc.stringMatching(/^[\t\x20-\x7e]{0,40}$/)), { maxLength: 3 });
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'PROPFIND'),
  url: fc
    .webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true })
    .map((url) => new URL(url).href),
  selecting: pairs('accept', 'range'),
  requestBody: fc.option(stored, { nil: undefined }),
});
const exchange: fc.Arbitrary<RecordedExchange> = fc
  .tuple(request, fc.integer({ min: 200, max: 599 }), pairs('etag', 'content-type'), stored)
  .map(([asked, status, headers, body]) => ({ ...asked, status, headers, body }));
const transcripts = fc
  .tuple(
    fc.array(exchange, { maxLength: 8 }),
    fc.array(
      fc.tuple(request, fc.constantFrom(...unansweredReasons)).map(([each, reason]) => ({ ...each, reason })),
      { maxLength: 3 },
    ),
  )
  .map(([exchanges, unanswered]) => makeTranscript(exchanges, unanswered));

function plain(overrides: object = {}): RecordedExchange {
  const body = { sha256: sha256(Buffer.from('x')), size: 1 };
  const usual = {
    method: 'GET',
    url: 'https://a.example/',
    selecting: [],
    requestBody: undefined,
    status: 200,
    headers: [],
    body,
  };
  return { ...usual, ...overrides };
}

describe('a transcript', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(transcripts, (transcript) => {
        const bytes = transcriptBytes(transcript);
        assert.deepEqual(transcriptBytes(parseTranscript(bytes)), bytes);
      }),
    );
  });

  it('does not depend on the order in which different requests were made', () => {
    fc.assert(
      fc.property(fc.uniqueArray(exchange, { selector: ({ url }) => url, maxLength: 6 }), (exchanges) => {
        const reversed = makeTranscript([...exchanges].reverse(), []);
        assert.equal(transcriptDigest(reversed), transcriptDigest(makeTranscript(exchanges, [])));
      }),
    );
  });

  it('holds one answer where a request was always answered alike, and all in their order where not', () => {
    const [a, b] = [plain({ status: 200 }), plain({ status: 404 })];
    assert.deepEqual(makeTranscript([a, a, a], []).exchanges, [a]);
    assert.deepEqual(makeTranscript([a, b, a], []).exchanges, [a, b, a]);
  });

  it('names each stored object once', () => {
    const body = { sha256: sha256(Buffer.from('sent')), size: 4 };
    const made = makeTranscript([plain(), plain({ url: 'https://b.example/', requestBody: body })], []);
    assert.deepEqual(
      transcriptObjects(made)
        .map(({ size }) => size)
        .sort(),
      [1, 4],
    );
  });

  const damaged: readonly (readonly [string, (transcript: Transcript) => unknown])[] = [
    ['another schema', (given) => ({ ...given, schema: 'wolfi-repro/transcript/2' })],
    ['a member more', (given) => ({ ...given, more: 1 })],
    ['an exchange twice', ({ exchanges, ...rest }) => ({ ...rest, exchanges: [...exchanges, ...exchanges] })],
    ['a list in place of an exchange', (given) => ({ ...given, exchanges: [[]] })],
    ...(
      [
        ['an address of a file', { url: 'file:///etc/passwd' }],
        ['an address with a user', { url: 'https://user:secret@a.example/' }],
        ['an address with a fragment', { url: 'https://a.example/#x' }],
        ['an address that is not normal', { url: 'https://A.example' }],
        ['a method with a line', { method: 'GET\r\nX' }],
        ['a status of no final answer', { status: 101 }],
        ['a status that is no number', { status: '200' }],
        ['a size below nothing', { body: { sha256: 'a'.repeat(64), size: -1 } }],
        ['no digest', { body: { size: 1 } }],
        ['a header that begins another line', { headers: [['etag', 'a\r\nset-cookie: b']] }],
        ['a header name with a colon', { headers: [['a:b', 'c']] }],
        ['a header of three', { headers: [['a', 'b', 'c']] }],
      ] as const
    ).map(
      ([what, change]) =>
        [what, (given: Transcript) => ({ ...given, exchanges: [{ ...plain(), ...change }] })] as const,
    ),
    ['an unknown reason', (given) => ({ ...given, unanswered: [{ ...plain(), reason: 'why' }] })],
  ];
  for (const [what, damage] of damaged) {
    it(`is refused with ${what}`, () => {
      const whole = makeTranscript([plain()], []);
      const bytes = Buffer.from(`${JSON.stringify(damage(whole))}\n`);
      assert.throws(() => parseTranscript(bytes), isInvalid);
    });
  }

  it('is refused with any byte changed, added or left out that changes what it says', () => {
    const bytes = transcriptBytes(makeTranscript([plain()], []));
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      try {
        assert.notEqual(transcriptDigest(parseTranscript(changed)), sha256(bytes));
      } catch (failure) {
        assert.ok(isInvalid(failure), String(failure));
      }
    }
    for (const other of [bytes.subarray(1), bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from(' ')])])
      assert.throws(() => parseTranscript(other), isInvalid);
  });

  it('is refused where it is deep, or no JSON', () => {
    for (const bytes of ['['.repeat(100_000), '', '{}', 'null', '{"schema":'])
      assert.throws(() => parseTranscript(Buffer.from(bytes)), isInvalid);
  });
});

function isInvalid(failure: unknown): boolean {
  return failure instanceof Failure && failure.code === 'transcript-invalid';
}
