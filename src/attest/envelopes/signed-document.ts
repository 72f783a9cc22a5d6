/**
 * Signed documents of unknown origin: DSSE by itself or in Sigstore's bundle, and in-toto's classic form. What a document says is given to nobody before a
 * key that the caller trusts fits one of its signatures.
 */
import {
  isJsonObject,
  type JsonLimits,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
} from '../../formats/bounded-json.ts';
import { olpcJson } from '../../formats/olpc-json.ts';
import { parseStrictJson, type StrictJsonFault } from '../../formats/strict-json.ts';
import { type AttestationKey, fitsKey } from '../keys/attestation-key.ts';
import { parseBase64, parseHex } from './base64.ts';
import { preAuthenticationEncoding, statementPayloadType } from './pae.ts';

/** Why a file is refused before its signatures are looked at. */
export type EnvelopeFault =
  | StrictJsonFault
  | 'not-an-envelope'
  | 'payload-type'
  | 'not-base64'
  | 'not-canonical'
  | 'too-many-signatures';

/** A statement of a package with thousands of packages in its environment has less than 4 MiB. */
export const documentLimits: JsonLimits = { bytes: 16 * 1024 * 1024, depth: 64, values: 1_000_000 };
/** Each signature is tried with each key. */
const mostSignatures = 16;
const mostLines = 1000;
const newline = 0x0a;

export interface KnownKey {
  readonly key: AttestationKey;
  /** Every id under which documents may list it. */
  readonly ids: ReadonlySet<string>;
}

/** What came of the signatures of a document. */
export type Opened<K> =
  /** No key of the caller's fits, and none is named: somebody else signed it. */
  | { readonly state: 'unknown-signer' }
  /** A signature that names one of the caller's keys does not fit: the document, or the signature, was changed. */
  | { readonly state: 'signature-invalid'; readonly keys: readonly K[] }
  | { readonly state: 'unreadable'; readonly fault: StrictJsonFault; readonly keys: readonly K[] }
  | { readonly state: 'verified'; readonly keys: readonly K[]; readonly content: unknown };

interface DocumentSignature {
  /** As written: a hint, and nothing more. */
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export class SignedDocument {
  readonly form: 'dsse' | 'classic';
  readonly #signed: Uint8Array;
  readonly #signatures: readonly DocumentSignature[];
  readonly #content: () => ReturnType<typeof parseStrictJson>;

  constructor(
    form: SignedDocument['form'],
    signed: Uint8Array,
    signatures: readonly DocumentSignature[],
    content: () => ReturnType<typeof parseStrictJson>,
  ) {
    this.form = form;
    this.#signed = signed;
    this.#signatures = signatures;
    this.#content = content;
  }

  /** Tries every key with every signature: the id of a key is not signed, so it decides nothing but what a bad signature is called. */
  open<K extends KnownKey>(keys: readonly K[]): Opened<K> {
    const fitting = new Set<K>();
    const contradicted = new Set<K>();
    for (const { keyId, bytes } of this.#signatures) {
      const named = keys.filter(({ ids }) => ids.has(keyId));
      const fits = [...new Set([...named, ...keys])].filter(({ key }) => fitsKey(key, this.#signed, bytes));
      for (const each of fits) fitting.add(each);
      if (fits.length === 0) for (const each of named) contradicted.add(each);
    }
    if (contradicted.size > 0) return { state: 'signature-invalid', keys: [...contradicted] };
    if (fitting.size === 0) return { state: 'unknown-signer' };
    const read = this.#content();
    return 'fault' in read
      ? { state: 'unreadable', fault: read.fault, keys: [...fitting] }
      : { state: 'verified', keys: [...fitting], content: read.value };
  }
}

/** The documents of a file: one, or one on each line, as OSS Rebuild stores them. Each is by itself: a fault is that of its line. */
export function readDocuments(bytes: Uint8Array): (SignedDocument | { readonly fault: EnvelopeFault })[] {
  const whole = parseStrictJson(bytes, documentLimits);
  if (!('fault' in whole)) return [documentOf(whole.value)];
  if (whole.fault !== 'not-json' || !bytes.includes(newline)) return [{ fault: whole.fault }];
  const found: (SignedDocument | { readonly fault: EnvelopeFault })[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newlineAt = bytes.indexOf(newline, start);
    const end = newlineAt < 0 ? bytes.length : newlineAt;
    if (found.length === mostLines) return [...found, { fault: 'too-many-values' }];
    if (end > start) {
      const line = parseStrictJson(bytes.subarray(start, end), documentLimits);
      found.push('fault' in line ? { fault: line.fault } : documentOf(line.value));
    }
    start = end + 1;
  }
  return found;
}

function documentOf(value: unknown): SignedDocument | { readonly fault: EnvelopeFault } {
  if (!isJsonObject(value)) return { fault: 'not-an-envelope' };
  const envelope = objectMember(value, 'dsseEnvelope') ?? value;
  if (textMember(envelope, 'payload') !== undefined) return dsseDocument(envelope);
  return objectMember(value, 'signed') === undefined ? { fault: 'not-an-envelope' } : classicDocument(value);
}

function dsseDocument(envelope: JsonObject): SignedDocument | { readonly fault: EnvelopeFault } {
  const payloadType = textMember(envelope, 'payloadType');
  // A signature over a different kind of document must not count as one over a statement.
  if (payloadType !== statementPayloadType) return { fault: 'payload-type' };
  const payload = parseBase64(textMember(envelope, 'payload')!);
  if (payload === undefined) return { fault: 'not-base64' };
  const signatures = signaturesOf(envelope, parseBase64);
  if ('fault' in signatures) return signatures;
  const signed = preAuthenticationEncoding(payloadType, payload);
  return new SignedDocument('dsse', signed, signatures.list, () => parseStrictJson(payload, documentLimits));
}

function classicDocument(document: JsonObject): SignedDocument | { readonly fault: EnvelopeFault } {
  const signed = document['signed'];
  const text = olpcJson(signed);
  if (text === undefined) return { fault: 'not-canonical' };
  const signatures = signaturesOf(document, parseHex);
  if ('fault' in signatures) return signatures;
  return new SignedDocument('classic', Buffer.from(text), signatures.list, () => ({ value: signed }));
}

function signaturesOf(
  document: JsonObject,
  parse: (text: string) => Uint8Array | undefined,
): { readonly list: readonly DocumentSignature[] } | { readonly fault: EnvelopeFault } {
  const items = listMember(document, 'signatures');
  if (items.length > mostSignatures) return { fault: 'too-many-signatures' };
  const list: DocumentSignature[] = [];
  for (const item of items) {
    const bytes = isJsonObject(item) ? parse(textMember(item, 'sig') ?? '!') : undefined;
    if (bytes === undefined) return { fault: 'not-base64' };
    list.push({ keyId: textMember(item as JsonObject, 'keyid') ?? '', bytes });
  }
  return list.length === 0 ? { fault: 'not-an-envelope' } : { list };
}
