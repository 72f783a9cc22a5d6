import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publicPem } from '../../../src/attest/keys/attestation-key.ts';
import { parseTrustFile } from '../../../src/attest/trust/trust-file.ts';
import { Failure } from '../../../src/failure.ts';
import { rebuilder } from '../../support/attestations.ts';

const [alpha, beta] = [rebuilder('alpha').signer.key, rebuilder('beta', 'ecdsa-p256').signer.key];
const files: Readonly<Record<string, string>> = {
  'a.pub': publicPem(alpha),
  'b.pub': publicPem(beta),
  'a.rust.pub': publicPem(alpha, 'rust'),
};
const parse = (text: string) =>
  parseTrustFile('trust.yaml', Buffer.from(text), (path) => Buffer.from(files[path] ?? ''));

describe('a trust file', () => {
  it('names rebuilders with their keys, in files or in itself, and until when they count', () => {
    const inline = publicPem(beta).replaceAll('\n', '\n          ');
    const trust = parse(`
mostAgeDays: 90
rebuilders:
  - name: one
    keys:
      - file: a.pub
        until: 2027-06-01
  - name: two
    accepts: [oss-rebuild]
    keys:
      - key: |
          ${inline}
`);
    assert.equal(trust.mostAgeDays, 90);
    assert.deepEqual(trust.rebuilders, [
      { name: 'one', accepts: ['wolfi-repro', 'link'] },
      { name: 'two', accepts: ['oss-rebuild'] },
    ]);
    assert.deepEqual(
      trust.keys.map(({ key, rebuilder: who, until }) => [key.fingerprint, who, until]),
      [
        [alpha.fingerprint, 'one', Date.UTC(2027, 5, 2) / 1000],
        [beta.fingerprint, 'two', undefined],
      ],
    );
    assert.equal(trust.keys[0]!.ids.size, 3);
  });

  const one = (members: string) => `rebuilders: [{name: one, keys: [{${members}}]}]`;
  const refused: Readonly<Record<string, string>> = {
    'no mapping': '[]',
    'no rebuilders': 'mostAgeDays: 3',
    'an empty list': 'rebuilders: []',
    'a mistyped member': 'rebuilders: [{name: one, key: [{file: a.pub}]}]',
    'a mistyped top': `${one('file: a.pub')}\nmaxAgeDays: 3`,
    'no name': 'rebuilders: [{keys: [{file: a.pub}]}]',
    'a name that is a number': 'rebuilders: [{name: 1, keys: [{file: a.pub}]}]',
    'a name twice': 'rebuilders: [{name: one, keys: [{file: a.pub}]}, {name: one, keys: [{file: b.pub}]}]',
    'a key twice, in two forms':
      'rebuilders: [{name: one, keys: [{file: a.pub}]}, {name: two, keys: [{file: a.rust.pub}]}]',
    'a kind that there is not': 'rebuilders: [{name: one, accepts: [all], keys: [{file: a.pub}]}]',
    'a key here and there': one('file: a.pub, key: x'),
    'no key': one('until: 2027-01-01'),
    'a file without a key': one('file: c.pub'),
    'no day': one('file: a.pub, until: tomorrow'),
    'a day that no calendar has': one('file: a.pub, until: 2027-02-30'),
    'a day that there is not': one('file: a.pub, until: 2027-13-01'),
    'no number of days': `${one('file: a.pub')}\nmostAgeDays: -1`,
    'an alias': 'rebuilders: &x [*x]',
    'a member twice': `${one('file: a.pub')}\n${one('file: b.pub')}`,
    'no YAML': '{',
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`is refused with ${what}`, () =>
      assert.throws(
        () => parse(text),
        (failure) => failure instanceof Failure && failure.code === 'usage',
      ));
  }
});
