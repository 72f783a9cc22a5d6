/**
 * Programs that share no code with this one read what it signs: openssl, Python's securesystemslib and in-toto, cosign. Each is skipped where it is
 * not at hand: WOLFI_REPRO_IN_TOTO names an `in-toto-verify` of version 3 (its own Python has securesystemslib), WOLFI_REPRO_COSIGN a cosign.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { emitBundle, emitClassic } from '../../src/attest/envelopes/write-documents.ts';
import { publicPem } from '../../src/attest/keys/attestation-key.ts';
import { provenanceStatement } from '../../src/attest/statements/provenance.ts';
import { rebuildLayout } from '../../src/attest/statements/rebuild-layout.ts';
import { statementSubject } from '../../src/attest/statements/statement-subject.ts';
import { usualBuilderId, verdictPredicateType } from '../../src/attest/statements/uris.ts';
import { sha256 } from '../../src/digest.ts';
import { verifyAttestations } from '../../src/verify-attestation.ts';
import {
  file,
  linked,
  made,
  type Rebuilder,
  rebuilder,
  sameBytes,
  stated,
  trusting,
} from '../support/attestations.ts';
import { cosign, rootOptions } from '../support/cosign.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type JsonPath, memberAt, pathsIn, replaced } from '../support/json-paths.ts';
import { skipUnless } from '../support/lab.ts';
import { lacks } from '../support/programs.ts';
import { digest } from '../support/results.ts';
import { oneIn } from '../support/thorough.ts';

const inToto = process.env['WOLFI_REPRO_IN_TOTO'] ?? '';
const name = 'nr-wallclock-1.0.0-r0.apk';
const content = 'what was published';
const published = sha256(Buffer.from(content));
const [alpha, beta, gamma] = [
  rebuilder('alpha'),
  rebuilder('beta', 'ecdsa-p256'),
  rebuilder('gamma'),
] as const;
const everybody = [alpha, beta, gamma];
const result = sameBytes(published);

const paeOf = (bundle: string): Buffer => {
  const { payload, payloadType } = JSON.parse(bundle).dsseEnvelope as Record<string, string>;
  const bytes = Buffer.from(payload!, 'base64');
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType!.length} ${payloadType} ${bytes.length} `), bytes]);
};

function layoutOf(who: readonly Rebuilder[], require: number) {
  const keys = who.map(({ signer }) => signer.key);
  return rebuildLayout(statementSubject(result)!, { keys, require, expires: Date.UTC(2099, 0) / 1000 });
}

function decides(texts: readonly string[], require: number, noDissent = false) {
  return verifyAttestations(
    texts.map((text, at) => file(String(at), text)),
    { trust: trusting(everybody), require, noDissent, now: made.time, files: [{ sha256: published, name }] },
  ).outcome;
}

describe('openssl', { skip: lacks('openssl') }, () => {
  for (const who of [alpha, beta]) {
    it(`verifies the signature of a bundle, and not of a different payload: ${who.name}`, async (test) => {
      const folder = temporaryFolder(test);
      const bundle = await stated(who, result);
      const { sig } = JSON.parse(bundle).dsseEnvelope.signatures[0];
      const at = (each: string) => join(folder, each);
      writeFileSync(at('key'), publicPem(who.signer.key));
      writeFileSync(at('sig'), Buffer.from(sig, 'base64'));
      const verify = (bytes: Buffer) => {
        writeFileSync(at('pae'), bytes);
        const argv =
          who.signer.key.kind === 'ed25519'
            ? [
                'pkeyutl',
                '-verify',
                '-rawin',
                '-pubin',
                '-inkey',
                at('key'),
                '-sigfile',
                at('sig'),
                '-in',
                at('pae'),
              ]
            : ['dgst', '-sha256', '-verify', at('key'), '-signature', at('sig'), at('pae')];
        return spawnSync('openssl', argv).status;
      };
      const pae = paeOf(bundle);
      assert.equal(verify(pae), 0);
      pae[pae.length - 2]! ^= 1;
      assert.notEqual(verify(pae), 0);
    });
  }
});

/** Reads the names of documents and of keys, and prints of each document whether it is verified, and what it says. */
const judge = `
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from in_toto.models.metadata import Metablock
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
for line in sys.stdin:
    path, pem, keyid = line.split()
    try:
        data = json.load(open(path))
        public = load_pem_public_key(open(pem, 'rb').read())
        if 'signed' in data:
            said = json.dumps(data['signed'], sort_keys=True)
            key = SSlibKey.from_crypto(public)
            Metablock.from_dict(data).verify_signature({**key.to_dict(), 'keyid': key.keyid})
            print(said)
        else:
            envelope = Envelope.from_dict(data['dsseEnvelope'])
            envelope.verify([SSlibKey.from_crypto(public, keyid)], 1)
            print(json.dumps([envelope.payload_type, envelope.payload.decode()]))
    except Exception as failure:
        print('refused')
`;

describe('Python', {
  skip: skipUnless(inToto, 'no in-toto-verify at hand (WOLFI_REPRO_IN_TOTO=FILE)'),
}, () => {
  const python = join(dirname(inToto), 'python');

  function judged(folder: string, who: Rebuilder, texts: readonly string[]): string[] {
    const pem = join(folder, 'key.pem');
    writeFileSync(pem, publicPem(who.signer.key));
    const lines = texts.map((text, at) => {
      writeFileSync(join(folder, `${at}.json`), text);
      return `${join(folder, `${at}.json`)} ${pem} ${who.signer.key.fingerprint}\n`;
    });
    const { stdout, stderr } = spawnSync(python, ['-c', judge], {
      input: lines.join(''),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    assert.equal(stderr, '');
    const said = stdout.trimEnd().split('\n');
    assert.equal(said.length, texts.length);
    return said;
  }

  for (const who of [alpha, beta]) {
    it(`reads bundles and links, and refuses them with any member of what is signed changed, as we do: ${who.name}`, async (test) => {
      const folder = temporaryFolder(test);
      const [bundle, link] = [await stated(who, result), await linked(who, result)];
      const provenance = await emitBundle(
        provenanceStatement(result, statementSubject(result)!, made, usualBuilderId),
        who.signer,
      );
      const layout = await emitClassic(layoutOf([who], 1), who.signer);
      const documents = [bundle, link, provenance, layout];
      const outcomes = ['confirmed', 'confirmed', 'too-few', 'too-few'];
      const whole = judged(folder, who, documents);
      assert.deepEqual(JSON.parse(whole[1]!), JSON.parse(link).signed);
      assert.ok(!whole.includes('refused'));
      assert.deepEqual(
        documents.map((text) => decides([text], 1)),
        outcomes,
      );
      const changed = documents.flatMap((text, of) => changesOf(text).map((change) => ({ ...change, of })));
      const said = judged(
        folder,
        who,
        changed.map(({ text }) => text),
      );
      assert.ok(changed.length > 60);
      changed.forEach(({ text, isSigned, path, of }, at) => {
        const ours = decides([text], 1);
        // Ids of keys, the hint and the type of the bundle are not signed: they change nothing, or it is refused.
        if (isSigned) assert.deepEqual([said[at], ours], ['refused', 'refused'], path);
        else if (ours === outcomes[of]) assert.ok(said[at] === 'refused' || whole.includes(said[at]!), path);
        else assert.equal(ours, 'refused', path);
      });
    });
  }
});

interface Change {
  readonly text: string;
  readonly path: string;
  readonly isSigned: boolean;
}

/** A document with each of its members changed, and each of its payload's. */
function changesOf(text: string): Change[] {
  const value = JSON.parse(text) as { dsseEnvelope?: { payload: string } };
  const outer = [...pathsIn(value)].map((path) => ({
    path: path.join('.'),
    text: JSON.stringify(replaced(value, path, changedValue(memberAt(value, path)))),
    isSigned:
      // in-toto puts the types of steps and inspections in place before it looks at the signature.
      (path[0] === 'signed' && !(path.length === 4 && path[3] === '_type')) ||
      path.includes('payload') ||
      path.includes('payloadType') ||
      // The second entry is for programs in Rust: Python looks for its own.
      (path.includes('sig') && !path.includes(1)),
  }));
  if (value.dsseEnvelope === undefined) return outer;
  const payload = JSON.parse(Buffer.from(value.dsseEnvelope.payload, 'base64').toString()) as unknown;
  const inner = [...pathsIn(payload)].map((path: JsonPath) => {
    const other = replaced(payload, path, changedValue(memberAt(payload, path)));
    const base64 = Buffer.from(JSON.stringify(other)).toString('base64');
    const changed = JSON.stringify(replaced(value, ['dsseEnvelope', 'payload'], base64));
    return { path: `payload.${path.join('.')}`, text: changed, isSigned: true };
  });
  return [...outer, ...inner];
}

function changedValue(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length === 0 ? 'x' : `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
  if (typeof value === 'number') return value + 1;
  return Array.isArray(value) && value.length === 0 ? ['x'] : { x: 'x' };
}

describe('in-toto-verify', {
  skip: skipUnless(inToto, 'no in-toto-verify at hand (WOLFI_REPRO_IN_TOTO=FILE)'),
}, () => {
  let links: Record<string, string>;
  let other: string;
  const owner = rebuilder('owner');
  const layout = layoutOf(everybody, 2);
  before(async () => {
    links = Object.fromEntries(
      await Promise.all(everybody.map(async (who) => [who.name, await linked(who, result)])),
    );
    other = await linked(gamma, sameBytes(digest('other bytes')));
  });

  /** The exit code for a layout and links in a folder with the package. */
  async function exitOf(
    folder: string,
    signed: unknown,
    texts: readonly string[],
    bytes = content,
  ): Promise<number | null> {
    mkdirSync(join(folder, 'here'), { recursive: true });
    mkdirSync(join(folder, 'links'), { recursive: true });
    const at = (...parts: string[]) => join(folder, ...parts);
    writeFileSync(at('owner.pub'), publicPem(owner.signer.key));
    writeFileSync(at('root.layout'), await emitClassic(signed, owner.signer));
    writeFileSync(at('here', name), bytes);
    for (const text of texts) {
      const id = (JSON.parse(text) as { signatures: { keyid: string }[] }).signatures[0]!.keyid.slice(0, 8);
      writeFileSync(at('links', `rebuild ${name}.${id}.link`), text);
    }
    const argv = [
      '-q',
      '--layout',
      at('root.layout'),
      '--verification-keys',
      at('owner.pub'),
      '--link-dir',
      at('links'),
    ];
    return spawnSync(inToto, argv, { cwd: at('here') }).status;
  }

  const sets = {
    'two of three': () => [links['alpha']!, links['beta']!],
    'one of three': () => [links['beta']!],
    'two of three and one with other bytes': () => [links['alpha']!, links['beta']!, other],
  };
  for (const [what, texts] of Object.entries(sets)) {
    it(`decides with the layout as we do with --no-dissent: ${what}`, async (test) => {
      const exit = await exitOf(temporaryFolder(test), layout, texts());
      assert.equal(exit === 0, decides(texts(), 2, true) === 'confirmed');
      assert.equal(exit === 0, what === 'two of three');
    });
  }

  it('refuses a file that was changed, which a layout that ends with ALLOW * would take', async (test) => {
    const texts = sets['two of three']();
    assert.notEqual(await exitOf(temporaryFolder(test), layout, texts, 'changed'), 0);
    const trap = replaced(
      replaced(layout, ['inspect', 0, 'expected_materials', 2], ['ALLOW', '*']),
      ['inspect', 0, 'expected_products', 1],
      ['ALLOW', '*'],
    );
    assert.equal(await exitOf(temporaryFolder(test), trap, texts, 'changed'), 0);
  });
});

describe('cosign', { skip: skipUnless(cosign, 'no cosign at hand (WOLFI_REPRO_COSIGN=FILE)') }, () => {
  for (const who of [alpha, beta]) {
    it(`verifies the verdict and the provenance, and not of a different file or payload: ${who.name}`, async (test) => {
      const folder = temporaryFolder(test);
      const at = (each: string) => join(folder, each);
      const root = rootOptions(folder);
      writeFileSync(at('key.pub'), publicPem(who.signer.key));
      const provenance = provenanceStatement(result, statementSubject(result)!, made, usualBuilderId);
      const verify = (bundle: string, type: string, bytes = content) => {
        writeFileSync(at('bundle.json'), bundle);
        writeFileSync(at(name), bytes);
        const argv = ['--key', at('key.pub'), '--bundle', at('bundle.json'), '--type', type];
        return spawnSync(
          cosign,
          ['verify-blob-attestation', '--insecure-ignore-tlog=true', ...root, ...argv, at(name)],
          {
            env: { HOME: folder, PATH: process.env['PATH'] },
          },
        ).status;
      };
      const verdict = await stated(who, result);
      assert.equal(verify(verdict, verdictPredicateType), 0);
      assert.equal(verify(await emitBundle(provenance, who.signer), 'slsaprovenance1'), 0);
      assert.notEqual(verify(verdict, verdictPredicateType, 'different'), 0);
      const inner = changesOf(verdict).filter(({ path }) => path.startsWith('payload.'));
      for (const { text, path } of inner.filter(oneIn(12)))
        assert.notEqual(verify(text, verdictPredicateType), 0, path);
    });
  }
});
