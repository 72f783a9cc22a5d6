import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readDocuments, SignedDocument } from '../../../src/attest/envelopes/signed-document.ts';
import { canonicalJson } from '../../../src/canonical.ts';
import { linked, rebuilder, sameBytes, stated, trusting } from '../../support/attestations.ts';
import { type JsonPath, memberAt, replaced } from '../../support/json-paths.ts';
import { anyText } from '../../support/text.ts';

const [alpha, beta] = [rebuilder('alpha'), rebuilder('beta', 'ecdsa-p256')];
const { keys } = trusting([alpha, beta]);
const bundle = await stated(alpha, sameBytes());
const link = await linked(beta, sameBytes());

const changed = (text: string, path: JsonPath, by: unknown): string =>
  JSON.stringify(replaced(JSON.parse(text), path, by));
const [ofEnvelope, ofLink] = [
  ['dsseEnvelope', 'signatures', 0],
  ['signatures', 0],
];
/** A text of base64 with one bit of its bytes changed, or text in it replaced. */
const within = (path: JsonPath, change: (bytes: Buffer) => Buffer): string => {
  const bytes = Buffer.from(memberAt(JSON.parse(bundle), path) as string, 'base64');
  const other = change(Buffer.from(bytes));
  assert.notDeepEqual(other, bytes);
  return changed(bundle, path, other.toString('base64'));
};
const read = (text: string | Uint8Array) => readDocuments(Buffer.from(text as string));
const stateOf = (text: string) => {
  const [document] = read(text);
  return document instanceof SignedDocument ? document.open(keys).state : document!.fault;
};

describe('a signed document', () => {
  it('is opened by the key that signed it, whatever its signatures call themselves', () => {
    for (const [text, name] of [
      [bundle, 'alpha'],
      [link, 'beta'],
      [JSON.stringify(JSON.parse(bundle).dsseEnvelope), 'alpha'],
      [changed(bundle, [...ofEnvelope, 'keyid'], 'x'), 'alpha'],
      [changed(bundle, [...ofEnvelope, 'keyid'], undefined), 'alpha'],
      [changed(link, [...ofLink, 'keyid'], '__proto__'), 'beta'],
    ] as const) {
      const [document] = read(text);
      assert.ok(document instanceof SignedDocument);
      const opened = document.open(keys);
      assert.equal(opened.state, 'verified');
      assert.deepEqual('keys' in opened && opened.keys.map(({ rebuilder: who }) => who), [name]);
    }
  });

  it('is opened by nobody else', () => {
    const [document] = read(bundle);
    assert.ok(document instanceof SignedDocument);
    assert.deepEqual(document.open(trusting([beta]).keys), { state: 'unknown-signer' });
    assert.deepEqual(document.open([]), { state: 'unknown-signer' });
  });

  it('names the key of another rebuilder in vain', () => {
    const named = changed(bundle, [...ofEnvelope, 'keyid'], beta.signer.key.fingerprint);
    const [document] = read(named);
    assert.ok(document instanceof SignedDocument);
    assert.equal(document.open(trusting([beta]).keys).state, 'signature-invalid');
    const opened = document.open(keys);
    assert.deepEqual('keys' in opened && opened.keys.map(({ rebuilder: who }) => who), ['alpha']);
  });

  const refused: Readonly<Record<string, readonly [text: string, state: string]>> = {
    'a changed payload': [
      within(['dsseEnvelope', 'payload'], (bytes) =>
        Buffer.from(bytes.toString().replace('reproduced', 'reproduceD')),
      ),
      'signature-invalid',
    ],
    'a changed signature': [
      within([...ofEnvelope, 'sig'], (bytes) => {
        bytes[5]! ^= 1;
        return bytes;
      }),
      'signature-invalid',
    ],
    'a different type of payload': [
      changed(bundle, ['dsseEnvelope', 'payloadType'], 'application/json'),
      'payload-type',
    ],
    'base64 with bits behind the last byte': [
      changed(bundle, ['dsseEnvelope', 'payload'], 'QR=='),
      'not-base64',
    ],
    'base64 of the other alphabet': [changed(bundle, ['dsseEnvelope', 'payload'], '-_-_'), 'not-base64'],
    'a changed link': [changed(link, ['signed', 'name'], 'rebuild other.apk'), 'signature-invalid'],
    'a link with a fraction': [changed(link, ['signed', 'byproducts'], { x: 1.5 }), 'not-canonical'],
    'a link with half a character': [changed(link, ['signed', 'name'], '\ud800'), 'not-canonical'],
    'hex digits in upper case': [changed(link, [...ofLink, 'sig'], 'AB'), 'not-base64'],
    'no signature': [changed(link, ['signatures'], []), 'not-an-envelope'],
    'a thousand signatures': [changed(link, ['signatures'], Array(1000).fill({})), 'too-many-signatures'],
    'a key twice': [link.replace('"signed":', '"signed":{},"signed":'), 'duplicate-key'],
    'a list': ['[]', 'not-an-envelope'],
    nothing: ['', 'not-json'],
  };
  for (const [what, [text, state]] of Object.entries(refused))
    it(`is refused with ${what}: ${state}`, () => assert.equal(stateOf(text), state));

  it('stands on a line of its own, as OSS Rebuild stores several', () => {
    const envelope = JSON.stringify(JSON.parse(bundle).dsseEnvelope);
    const found = read(`${envelope}\n\n{"broken"\n${link}`);
    assert.deepEqual(
      found.map((each) => (each instanceof SignedDocument ? each.form : each.fault)),
      ['dsse', 'not-json', 'classic'],
    );
  });

  it('is never anything else, whatever is in a file, and nothing is thrown', () => {
    const envelope = fc.record(
      {
        payload: anyText({ maxLength: 8 }),
        payloadType: fc.constantFrom('application/vnd.in-toto+json', 'x'),
        signatures: fc.anything(),
        signed: fc.anything(),
        dsseEnvelope: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(envelope, (value) => {
        let text: string | undefined;
        try {
          text = canonicalJson(value);
        } catch {
          // Not every value of a program is one of JSON.
          return;
        }
        for (const each of read(text)) {
          if (each instanceof SignedDocument) assert.equal(each.open(keys).state, 'unknown-signer');
          else assert.equal(typeof each.fault, 'string');
        }
      }),
      { numRuns: 200 },
    );
  });
});
