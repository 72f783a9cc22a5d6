/** The gateway to node-forge: an authority made for one build, and certificates by it for the names that the build asks for. */
import { createPrivateKey, createSign, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

const { pki } = forge;

/** Keys and certificates as PEM. */
export interface Credential {
  readonly key: string;
  /** The certificate, and behind it the authority's. */
  readonly chain: string;
}

export interface Authority {
  /** What the guest is to trust. */
  readonly certificate: string;
  /** A certificate for one name, made once. */
  credential(name: string): Credential;
}

/** The name is the same for every build, as is the length of the key: the certificate says nothing about the machine or the time. */
export const authorityName = 'wolfi-repro gateway of one build';
const keyBits = 2048;
/** In DER a number has no leading zero byte that it does not need (X.690 §8.3.2). */
const firstSerial = 0x10_00_00;
/** RFC 5280 §4.1.2.5.1: years before 2050 are written with two digits, as every client knows them. */
const validity = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2049-12-31T23:59:59Z') };

/** Makes an authority whose key is kept nowhere else; it takes a few hundred milliseconds of another thread. */
export async function makeAuthority(): Promise<Authority> {
  const [own, leaf] = await Promise.all([makeKeys(), makeKeys()]);
  const certificate = certify(authorityName, own, own, '01', [
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
  const made = new Map<string, Credential>();
  return {
    certificate,
    credential(name) {
      const known = made.get(name);
      if (known !== undefined) return known;
      const serial = (firstSerial + made.size).toString(16);
      const chain = certify(shortName(name), leaf, own, serial, [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
      ]);
      const credential = { key: leaf.pem, chain: `${chain}${certificate}` };
      made.set(name, credential);
      return credential;
    },
  };
}

interface Keys {
  readonly pem: string;
  readonly private: KeyObject;
  readonly public: forge.pki.PublicKey;
}

/** The keys are made by OpenSSL: the library's own arithmetic would take seconds. */
async function makeKeys(): Promise<Keys> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: keyBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return {
    pem: pair.privateKey,
    private: createPrivateKey(pair.privateKey),
    public: pki.publicKeyFromPem(pair.publicKey),
  };
}

function certify(
  subject: string,
  { public: publicKey }: Keys,
  issuer: Keys,
  serial: string,
  extensions: readonly object[],
): string {
  const certificate = pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = serial;
  certificate.validity.notBefore = validity.from;
  certificate.validity.notAfter = validity.until;
  certificate.setSubject([{ name: 'commonName', value: subject }]);
  certificate.setIssuer([{ name: 'commonName', value: authorityName }]);
  certificate.setExtensions([
    ...extensions,
    { name: 'subjectKeyIdentifier' },
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: pki.getPublicKeyFingerprint(issuer.public, { type: 'RSAPublicKey' }).getBytes(),
    },
  ]);
  signWith(certificate, issuer.private);
  return pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

type Signing = Parameters<forge.pki.Certificate['sign']>;

/** OpenSSL signs as well: a build may ask for thousands of names, and the library's own arithmetic takes ten times as long. */
function signWith(certificate: forge.pki.Certificate, key: KeyObject): void {
  const signer = createSign('sha256');
  const digest = { algorithm: 'sha256', update: (bytes: string) => signer.update(bytes, 'latin1') };
  const signing = { sign: () => signer.sign(key).toString('latin1') };
  certificate.sign(...([signing, digest] as unknown as Signing));
}

/** RFC 5280, appendix A.1: a common name has at most 64 characters. The alternative name holds the whole name. */
function shortName(name: string): string {
  return name.slice(0, 64);
}
