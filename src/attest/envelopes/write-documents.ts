/** Signed documents: Sigstore's bundle around DSSE, and in-toto's classic form. */
import { canonicalJson } from '../../canonical.ts';
import { olpcJson } from '../../formats/olpc-json.ts';
import { classicKeyIds } from '../keys/classic-key.ts';
import { type Signer, signSurely } from '../keys/signer.ts';
import { preAuthenticationEncoding, statementPayloadType } from './pae.ts';
import { unicodeValue } from './unicode-values.ts';

/** sigstore/protobuf-specs, `sigstore_bundle.proto`. */
const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** The bundle of one statement, which a bundle signs once. The same key and statement give the same text where the key is Ed25519. */
export async function emitBundle(statement: unknown, signer: Signer): Promise<string> {
  const payload = Buffer.from(canonicalJson(unicodeValue(statement)));
  const sig = await signSurely(signer, preAuthenticationEncoding(statementPayloadType, payload));
  const keyid = signer.key.fingerprint;
  return `${canonicalJson({
    mediaType: bundleMediaType,
    verificationMaterial: { publicKey: { hint: keyid } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: statementPayloadType,
      signatures: [{ keyid, sig: Buffer.from(sig).toString('base64') }],
    },
  })}\n`;
}

/** A classic document, signed once and listed under each id of the key. */
export async function emitClassic(signed: unknown, signer: Signer): Promise<string> {
  const text = olpcJson(signed);
  if (text === undefined) throw new TypeError('a document without a canonical form');
  const sig = Buffer.from(await signSurely(signer, Buffer.from(text))).toString('hex');
  return `${canonicalJson({ signatures: classicKeyIds(signer.key).map((keyid) => ({ keyid, sig })), signed })}\n`;
}
