import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { emitBundle, emitClassic } from '../src/attest/envelopes/write-documents.ts';
import { verdictPredicateType } from '../src/attest/statements/uris.ts';
import { Failure } from '../src/failure.ts';
import { attestationValue, renderAttestationText } from '../src/report/attestation-report.ts';
import { plainStyle } from '../src/report/style.ts';
import {
  type AttestationDecision,
  type AttestationQuestion,
  attestationExitCodes,
  verifyAttestations,
} from '../src/verify-attestation.ts';
import {
  file,
  linked,
  made,
  otherBytes,
  published,
  type Rebuilder,
  rebuilder,
  sameBytes,
  stated,
  trusting,
} from './support/attestations.ts';
import { about, digest, inconclusive } from './support/results.ts';
import { schemaValidator } from './support/schemas.ts';

const [alpha, beta, gamma, delta] = [
  rebuilder('alpha'),
  rebuilder('beta', 'ecdsa-p256'),
  rebuilder('gamma'),
  rebuilder('delta'),
] as const;
const trust = trusting([alpha, beta, gamma]);
const name = 'nr-wallclock-1.0.0-r0.apk';
const asked = [{ sha256: published, name }];

function decided(texts: readonly string[], details: Partial<AttestationQuestion> = {}): AttestationDecision {
  const question = { trust, require: 2, noDissent: false, now: made.time + 60, files: asked };
  return verifyAttestations(
    texts.map((text, at) => file(`${at}.json`, text)),
    { ...question, ...details },
  );
}

function outcome(texts: readonly string[], details: Partial<AttestationQuestion> = {}) {
  const decision = decided(texts, details);
  return [decision.outcome, attestationExitCodes[decision.outcome]];
}

const undecided = () => {
  return about(inconclusive(), { sha256: published });
};

describe('enough rebuilders', () => {
  let same: Record<string, string>;
  let other: Record<string, string>;
  before(async () => {
    const all = [alpha, beta, gamma, delta];
    const each = async (make: (who: Rebuilder) => Promise<string>) =>
      Object.fromEntries(await Promise.all(all.map(async (who) => [who.name, await make(who)])));
    same = await each((who) => stated(who, sameBytes()));
    other = await each((who) => stated(who, otherBytes()));
  });

  it('confirm a file, whoever dissents, unless a dissenter has a veto', () => {
    assert.deepEqual(outcome([same['alpha']!, same['beta']!]), ['confirmed', 0]);
    const dissenting = [same['alpha']!, same['beta']!, other['gamma']!];
    assert.deepEqual(outcome(dissenting), ['confirmed', 0]);
    assert.deepEqual(
      decided(dissenting).subjects[0]!.dissent.map((each) => each.rebuilder),
      ['gamma'],
    );
    assert.deepEqual(outcome(dissenting, { noDissent: true }), ['dissent', 1]);
  });

  it('are not one, and not one that says it twice or with two keys', async () => {
    const both = {
      ...trust,
      keys: trust.keys.map((key) => (key.rebuilder === 'beta' ? { ...key, rebuilder: 'alpha' } : key)),
    };
    assert.deepEqual(outcome([same['alpha']!]), ['too-few', 4]);
    assert.deepEqual(outcome([same['alpha']!, same['alpha']!, await linked(alpha, sameBytes())]), [
      'too-few',
      4,
    ]);
    assert.deepEqual(outcome([same['alpha']!, same['beta']!], { trust: both }), ['too-few', 4]);
    assert.deepEqual(outcome([]), ['too-few', 4]);
  });

  it('are not those whom the verifier does not trust, and whose statements are about a different file', async () => {
    assert.deepEqual(outcome([same['alpha']!, same['delta']!]), ['too-few', 4]);
    const elsewhere = await stated(beta, sameBytes(digest('a different file')));
    assert.deepEqual(outcome([same['alpha']!, elsewhere]), ['too-few', 4]);
    assert.deepEqual(
      decided([same['delta']!]).ignored.map(({ why }) => why),
      ['unknown-signer'],
    );
  });

  it('are too few where somebody saw other bytes', () => {
    assert.deepEqual(outcome([same['alpha']!, other['beta']!]), ['dissent', 1]);
    assert.deepEqual(outcome([other['beta']!]), ['dissent', 1]);
  });

  it('are of no use where a statement was changed: that comes first', () => {
    const changed = same['gamma']!.replace(
      /"sig":"./,
      (found) => `"sig":"${found.endsWith('A') ? 'B' : 'A'}`,
    );
    const decision = decided([same['alpha']!, same['beta']!, changed]);
    assert.deepEqual([decision.outcome, attestationExitCodes[decision.outcome]], ['refused', 5]);
    assert.deepEqual(
      decision.refused.map(({ file: where, why, rebuilders }) => [where, why, rebuilders]),
      [['2.json', 'signature-invalid', ['gamma']]],
    );
  });

  it('are asked for by a number that can be', () => {
    assert.throws(
      () => decided([], { require: 4 }),
      (failure) => failure instanceof Failure && failure.code === 'usage',
    );
  });

  it('are counted for each file that votes name, where none is asked about', async () => {
    const second = await stated(alpha, sameBytes(digest('second')));
    const decision = decided([same['alpha']!, same['beta']!, second], { files: [] });
    assert.deepEqual(
      decision.subjects.map(({ sha256, outcome: each }) => [sha256, each]),
      [
        [published, 'confirmed'],
        [digest('second'), 'too-few'],
      ],
    );
  });
});

describe('a rebuilder', () => {
  it('may change its mind: the newest of its statements counts, and the worst of the same time', async () => {
    const [early, late] = [made.time, made.time + 30];
    const says = async (...told: readonly (readonly [ReturnType<typeof sameBytes>, number])[]) =>
      outcome(await Promise.all(told.map(([result, time]) => stated(alpha, result, time))), {
        require: 1,
      })[0];
    assert.equal(await says([otherBytes(), early], [sameBytes(), late]), 'confirmed');
    assert.equal(await says([sameBytes(), early], [otherBytes(), late]), 'dissent');
    assert.equal(await says([sameBytes(), early], [otherBytes(), early]), 'dissent');
    assert.equal(await says([sameBytes(), early], [undecided(), late]), 'confirmed');
    assert.equal(await says([undecided(), late]), 'too-few');
  });

  it('dissents by a link with other bytes under the name of the file, but not by one of a different published file', async () => {
    const link = await linked(beta, sameBytes(digest('other bytes')));
    const own = await stated(alpha, sameBytes());
    const [subject] = decided([own, link]).subjects;
    assert.deepEqual(
      subject!.dissent.map(({ rebuilder: who, got }) => [who, got]),
      [['beta', digest('other bytes')]],
    );
    // One who says that the other bytes are published as well takes away nobody's dissent.
    const elsewhere = await stated(gamma, sameBytes(digest('other bytes')));
    assert.equal(decided([own, link, elsewhere]).subjects[0]!.dissent[0]!.rebuilder, 'beta');
    // The package of the other architecture has the same name.
    const both = [own, link, elsewhere, await linked(beta, sameBytes())];
    assert.deepEqual(decided(both).subjects[0]!.dissent, []);
    assert.deepEqual(outcome(both, { noDissent: true }), ['confirmed', 0]);
  });

  it('counts until its key expires, by the kinds that are accepted from it, and as long as its statement is fresh', async () => {
    const own = await stated(alpha, sameBytes());
    const link = await linked(alpha, sameBytes());
    const why = (text: string, details: Partial<AttestationQuestion>) =>
      decided([text], { require: 1, ...details }).ignored.map((each) => each.why);
    const { now } = { now: made.time + 60 };
    const expiring = (until: number) => ({ ...trust, keys: trust.keys.map((key) => ({ ...key, until })) });
    assert.deepEqual(why(own, { trust: expiring(now + 1), now }), []);
    assert.deepEqual(why(own, { trust: expiring(now), now }), ['key-expired']);
    const onlyLinks = { ...trust, rebuilders: [{ name: 'alpha', accepts: ['link'] as const }] };
    assert.deepEqual(why(own, { trust: onlyLinks }), ['kind-not-accepted']);
    assert.deepEqual(why(link, { trust: onlyLinks }), []);
    const fresh = { ...trust, mostAgeDays: 30 };
    assert.deepEqual(why(own, { trust: fresh, now: made.time + 30 * 86_400 }), []);
    assert.deepEqual(why(own, { trust: fresh, now: made.time + 30 * 86_400 + 1 }), ['stale']);
    assert.deepEqual(why(link, { trust: fresh }), ['undated']);
    assert.deepEqual(why(own, { now: made.time - 3601 }), ['in-the-future']);
  });
});

describe('statements of others', () => {
  const subject = [{ name, digest: { sha256: published } }];
  const equivalence = (rebuilt: string) => ({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    subject,
    predicate: {
      buildDefinition: {
        buildType: 'https://docs.oss-rebuild.dev/builds/ArtifactEquivalence@v0.1',
        externalParameters: { candidate: `rebuild/${name}`, target: `https://example.org/${name}` },
        resolvedDependencies: [
          { name: `rebuild/${name}`, digest: { sha256: rebuilt } },
          { name: `https://example.org/${name}`, digest: { sha256: published } },
        ],
      },
      runDetails: { builder: { id: 'https://docs.oss-rebuild.dev/hosts/Google' } },
    },
  });

  it('of OSS Rebuild agree where the bytes are equal, and not where they are once they are normalised', async () => {
    const equal = await emitBundle(equivalence(published), alpha.signer);
    const normalised = await emitBundle(equivalence(digest('else')), alpha.signer);
    assert.deepEqual(outcome([equal], { require: 1 }), ['confirmed', 0]);
    assert.deepEqual(outcome([normalised], { require: 1 }), ['too-few', 4]);
  });

  it('of rebuilderd agree: a link whose environment is null, countersigned by the daemon', async () => {
    const signed = {
      _type: 'link',
      name: `rebuild ${name}`,
      materials: { [name]: { sha256: published, sha512: 'ab'.repeat(64) } },
      products: { [name]: { sha256: published, sha512: 'ab'.repeat(64) } },
      byproducts: {},
      environment: null,
      command: [],
    };
    const [worker, daemon] = await Promise.all(
      [alpha, gamma].map(({ signer }) => emitClassic(signed, signer)),
    );
    const both = JSON.parse(worker!) as { signatures: unknown[] };
    both.signatures.push(...(JSON.parse(daemon!) as typeof both).signatures);
    assert.deepEqual(outcome([worker!], { require: 1 }), ['confirmed', 0]);
    assert.deepEqual(outcome([JSON.stringify(both)]), ['confirmed', 0]);
  });

  it('do not agree by a link of a step that is no rebuild, or of the rebuild of a different file', async () => {
    for (const step of ['fetch', `fetch ${name}`, 'rebuild ', 'rebuild other-1.0-r0.apk']) {
      const file = { [name]: { sha256: published } };
      const signed = { _type: 'link', name: step, materials: file, products: file };
      const decision = decided([await emitClassic(signed, alpha.signer)], { require: 1 });
      assert.deepEqual([decision.outcome, decision.ignored[0]?.why], ['too-few', 'not-a-vote'], step);
    }
  });

  it('are refused where a trusted key signed what is not what its type says, and ignored where it is no vote', async () => {
    const base = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: verdictPredicateType };
    const finding = (verdict: string, rebuilt: string) => ({
      ...base,
      predicate: { time: '2026-06-01T00:00:00Z', finding: { verdict, rebuilt: { sha256: rebuilt } } },
    });
    const cases: readonly (readonly [value: unknown, refused: string | undefined])[] = [
      [finding('reproduced', published), undefined],
      [finding('reproduced', digest('else')), 'malformed'],
      [finding('not-reproduced', published), 'malformed'],
      [finding('REPRODUCED', published), 'malformed'],
      [{ ...base, predicate: {} }, 'malformed'],
      [{ ...finding('reproduced', published), _type: 'x' }, 'malformed'],
      [{ ...finding('reproduced', published), subject: [] }, 'malformed'],
      [{ ...finding('reproduced', published), subject: [...subject, ...subject] }, 'malformed'],
      [{ ...finding('reproduced', published), subject: [{ name, digest: { sha256: 'AB' } }] }, 'malformed'],
      [{ ...base, predicate: { ...finding('reproduced', published).predicate, time: 'now' } }, 'malformed'],
    ];
    for (const [value, refused] of cases) {
      const decision = decided([await emitBundle(value, alpha.signer)], { require: 1 });
      assert.deepEqual(
        decision.refused.map(({ why }) => why),
        refused === undefined ? [] : [refused],
        JSON.stringify(value),
      );
      assert.equal(decision.outcome, refused === undefined ? 'confirmed' : 'refused');
    }
    const layout = await emitClassic({ _type: 'layout' }, alpha.signer);
    const other = await emitBundle(
      { ...base, predicateType: 'https://slsa.dev/provenance/v1', predicate: {} },
      alpha.signer,
    );
    for (const text of [layout, other])
      assert.deepEqual(
        decided([text]).ignored.map(({ why }) => why),
        ['not-a-vote'],
      );
  });
});

describe('the decision as a report', () => {
  it('fits its schema, names everybody, and steers no terminal', async () => {
    const hostile = rebuilder('x\u001b[31m');
    const decision = decided(
      [
        await stated(alpha, sameBytes()),
        await stated(beta, otherBytes()),
        await stated(hostile, undecided()),
        await linked(gamma, sameBytes(digest('other'))),
        await stated(delta, sameBytes()),
        '{',
      ],
      { trust: trusting([alpha, beta, gamma, hostile]) },
    );
    const validate = schemaValidator('attestation-decision-1');
    const value = JSON.parse(JSON.stringify(attestationValue(decision))) as unknown;
    assert.ok(validate(value), JSON.stringify(validate.errors));
    const text = renderAttestationText(decision, plainStyle);
    for (const word of [
      'other bytes',
      'alpha',
      'beta (not-reproduced: content)',
      'gamma',
      'signed by nobody',
      'not JSON',
    ])
      assert.ok(text.includes(word), `${word} in ${text}`);
    assert.doesNotMatch(text, /\u001b/);
  });
});
