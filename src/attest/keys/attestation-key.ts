/** The keys that sign and verify statements: Ed25519 and ECDSA on P-256. The key decides the algorithm; no document does. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { SshReader, sshString } from './ssh-wire.ts';

export type AttestationKeyKind = 'ed25519' | 'ecdsa-p256';

export interface AttestationKey {
  readonly kind: AttestationKeyKind;
  readonly object: KeyObject;
  /** `SHA256:` and the digest of the key in SSH's form, as `ssh-keygen -l` prints it. cosign takes no other as the key id of DSSE. */
  readonly fingerprint: string;
}

/** Names of the two kinds in SSH. */
const sshKeyTypes: Readonly<Record<AttestationKeyKind, string>> = {
  ed25519: 'ssh-ed25519',
  'ecdsa-p256': 'ecdsa-sha2-nistp256',
};

const ed25519Bytes = 32;
/** SubjectPublicKeyInfo of Ed25519 before the key: RFC 8410 §4, and with the parameters NULL that ring's users in Rust write and want. */
const ed25519Prefixes = {
  standard: Buffer.from('302a300506032b6570032100', 'hex'),
  rust: Buffer.from('302c300706032b65700500032100', 'hex'),
} as const;
const pointBytes = 65;
/** SubjectPublicKeyInfo of a point on P-256 that is not compressed (RFC 5480 §2). */
const p256Prefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
/** More than any key of these kinds takes, with text around it. */
const mostKeyBytes = 16 * 1024;

/**
 * Reads a public key: PEM (SubjectPublicKeyInfo, in the standard's form or Rust's), or the line of OpenSSH. Fails with `usage` for everything else: keys
 * come from the user.
 * @param name how messages call it
 */
export function parseAttestationKey(name: string, bytes: Uint8Array): AttestationKey {
  const text = bytes.length > mostKeyBytes ? '' : Buffer.from(bytes).toString('latin1').trim();
  if (text.includes('PRIVATE KEY'))
    throw new Failure('usage', `${name} is a private key where a public key is asked for`, {
      hint: 'give the public key, such as `openssl pkey -in FILE -pubout` prints it',
    });
  const key = text.startsWith('-----') ? keyOfPem(text) : keyOfSshLine(text);
  if (key === undefined || isWeak(key))
    throw new Failure('usage', `${name} is not a public key that statements can be verified with`, {
      expected: 'Ed25519 or ECDSA on P-256, in PEM form or as a line of OpenSSH',
    });
  return key;
}

/** The key of an object of Node; undefined for other kinds. */
export function attestationKey(object: KeyObject): AttestationKey | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = object;
  const spki = () => object.export({ type: 'spki', format: 'der' });
  if (asymmetricKeyType === 'ed25519') return ed25519Key(spki().subarray(-ed25519Bytes));
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
  return p256Key(spki().subarray(-pointBytes));
}

function ed25519Key(raw: Uint8Array): AttestationKey | undefined {
  return raw.length === ed25519Bytes
    ? keyOfDer('ed25519', Buffer.concat([ed25519Prefixes.standard, raw]), [raw])
    : undefined;
}

function p256Key(point: Uint8Array): AttestationKey | undefined {
  return point.length === pointBytes && point[0] === 4
    ? keyOfDer('ecdsa-p256', Buffer.concat([p256Prefix, point]), [Buffer.from('nistp256'), point])
    : undefined;
}

function keyOfDer(
  kind: AttestationKeyKind,
  der: Buffer,
  parts: readonly Uint8Array[],
): AttestationKey | undefined {
  try {
    const object = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return { kind, object, fingerprint: fingerprintOf(sshBlob(kind, parts)) };
  } catch {
    // The point is not on the curve.
    return undefined;
  }
}

function sshBlob(kind: AttestationKeyKind, parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(sshKeyTypes[kind]), ...parts].map(sshString));
}

/** A key in SSH's form; undefined for other kinds of keys. */
export function keyOfSshBlob(blob: Uint8Array): AttestationKey | undefined {
  const reader = new SshReader(blob);
  const type = reader.text();
  const curve = type === sshKeyTypes['ecdsa-p256'] ? reader.text() : '';
  const raw = reader.string();
  if (raw === undefined || !reader.isAtEnd) return undefined;
  if (type === sshKeyTypes.ed25519) return ed25519Key(raw);
  return curve === 'nistp256' ? p256Key(raw) : undefined;
}

/** The fingerprint of a key in SSH's form (ssh-keygen(1), `-l`). */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`;
}

function keyOfPem(text: string): AttestationKey | undefined {
  const [begin, ...lines] = text.split(/\r?\n/);
  if (begin !== '-----BEGIN PUBLIC KEY-----' || lines.pop() !== '-----END PUBLIC KEY-----') return undefined;
  const base64 = lines.map((line) => line.trim()).join('');
  const der = Buffer.from(base64, 'base64');
  if (der.toString('base64') !== base64) return undefined;
  for (const prefix of Object.values(ed25519Prefixes)) {
    const raw = behind(der, prefix, ed25519Bytes);
    if (raw !== undefined) return ed25519Key(raw);
  }
  const point = behind(der, p256Prefix, pointBytes);
  if (point !== undefined) return p256Key(point);
  try {
    return attestationKey(createPublicKey({ key: der, format: 'der', type: 'spki' }));
  } catch {
    return undefined;
  }
}

/** What follows a prefix, of a given length; undefined where there is anything else. */
function behind(der: Buffer, prefix: Buffer, length: number): Buffer | undefined {
  return der.length === prefix.length + length && der.subarray(0, prefix.length).equals(prefix)
    ? der.subarray(prefix.length)
    : undefined;
}

function keyOfSshLine(text: string): AttestationKey | undefined {
  const [type, base64 = ''] = text.split(' ');
  if (type !== sshKeyTypes.ed25519 && type !== sshKeyTypes['ecdsa-p256']) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return blob.toString('base64') === base64 ? keyOfSshBlob(blob) : undefined;
}

/**
 * Points of Ed25519 whose multiples are at most eight: under such a key anybody can sign anything
 * (RFC 8032 leaves it to the application to refuse them). The highest bit is the sign of x; the y that exceed the field are in other words.
 */
const smallOrders: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function isWeak({ kind, object }: AttestationKey): boolean {
  if (kind !== 'ed25519') return false;
  const raw = Buffer.from(object.export({ type: 'spki', format: 'der' }).subarray(-ed25519Bytes));
  raw[ed25519Bytes - 1]! &= 0x7f;
  return smallOrders.has(raw.toString('hex'));
}

/** Whether a signature over bytes was made with the private half of a key: of Ed25519 as such, of ECDSA in DER over SHA-256. */
export function fitsKey({ kind, object }: AttestationKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  // Every signature is tried with every key, and one of the other kind is seen by its form, without OpenSSL.
  const hasForm = kind === 'ed25519' ? signature.length === 64 : signature[0] === 0x30;
  return hasForm && verify(kind === 'ed25519' ? null : 'sha256', bytes, object, signature);
}

/** The key as PEM: as the standard has it, or as programs in Rust that use ring want it (which read nothing else, and say nothing). */
export function publicPem(
  { kind, object }: AttestationKey,
  form: keyof typeof ed25519Prefixes = 'standard',
): string {
  const der = object.export({ type: 'spki', format: 'der' });
  const written =
    kind === 'ed25519' ? Buffer.concat([ed25519Prefixes[form], der.subarray(-ed25519Bytes)]) : der;
  const lines = written.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}

/** The bytes of an Ed25519 key in hex; the PEM of others: the value of a key in in-toto's classic documents. */
export function classicKeyValue(key: AttestationKey): string {
  if (key.kind !== 'ed25519') return publicPem(key);
  return key.object.export({ type: 'spki', format: 'der' }).subarray(-ed25519Bytes).toString('hex');
}
