/** The gateway to node-forge: an authority made for one build, and certificates by it for the names that the build asks for. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import forge from 'node-forge';

const { asn1, pki } = forge;

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
/** Every client of TLS 1.2 knows this curve (RFC 8422 §5.1.1), and a key on it is made in a tenth of a millisecond. */
const namedCurve = 'P-256';
/** RFC 5758 §3.2: without parameters. */
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
/** Of two whole numbers below 2^255: about one signature in four has it, and none that is shorter is likely. */
const signatureBytes = 70;
/** In DER a number has no leading zero byte that it does not need (X.690 §8.3.2). */
const firstSerial = 0x10_00_00;
/** RFC 5280 §4.1.2.5.1: years before 2050 are written with two digits, as every client knows them. */
const validity = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2049-12-31T23:59:59Z') };

/** Makes an authority whose key is kept nowhere else. */
export function makeAuthority(): Authority {
  const [own, leaf] = [makeKeys(), makeKeys()];
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
        { name: 'keyUsage', digitalSignature: true, critical: true },
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
  /** SubjectPublicKeyInfo in DER. */
  readonly info: Buffer;
  /** RFC 5280 §4.2.1.2, the first method: SHA-1 of the point alone, which the information about it ends with. */
  readonly identifier: Buffer;
}

const pointBytes = 65;

function makeKeys(): Keys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  const info = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    private: privateKey,
    info,
    identifier: createHash('sha1').update(info.subarray(-pointBytes)).digest(),
  };
}

function certify(
  subject: string,
  keys: Keys,
  issuer: Keys,
  serial: string,
  extensions: readonly object[],
): string {
  const certificate = pki.createCertificate();
  // The library writes keys of RSA alone; what it writes for this one is replaced below.
  certificate.publicKey = placeholder;
  certificate.siginfo.algorithmOid = ecdsaWithSha256;
  certificate.serialNumber = serial;
  certificate.validity.notBefore = validity.from;
  certificate.validity.notAfter = validity.until;
  certificate.setSubject([{ name: 'commonName', value: subject }]);
  certificate.setIssuer([{ name: 'commonName', value: authorityName }]);
  certificate.setExtensions([
    ...extensions,
    { name: 'subjectKeyIdentifier', value: primitive(asn1.Type.OCTETSTRING, keys.identifier) },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.identifier.toString('latin1') },
  ]);
  return signed(certificate, keys.info, issuer.private);
}

/** The certificate as PEM, with this key and a signature that OpenSSL makes: RFC 5280 §4.1. */
function signed(certificate: forge.pki.Certificate, info: Buffer, key: KeyObject): string {
  const algorithm = sequence([primitive(asn1.Type.OID, asn1.oidToDer(ecdsaWithSha256))]);
  const content = toBeSigned(certificate);
  const parts = content.value as forge.asn1.Asn1[];
  parts[signaturePart] = algorithm;
  parts[keyPart] = asn1.fromDer(info.toString('latin1'));
  const signature = signatureOf(Buffer.from(asn1.toDer(content).getBytes(), 'latin1'), key);
  // A string of bits begins with the number of those that do not count (X.690 §8.6.2.2).
  const bits = primitive(asn1.Type.BITSTRING, Buffer.concat([Buffer.of(0), signature]));
  const body = asn1.toDer(sequence([content, algorithm, bits])).getBytes();
  return forge.pem.encode({ type: 'CERTIFICATE', body }).replaceAll('\r\n', '\n');
}

/** What the types of the library leave out. */
const toBeSigned = (pki as unknown as { getTBSCertificate(of: forge.pki.Certificate): forge.asn1.Asn1 })
  .getTBSCertificate;
/** Places in TBSCertificate, whose version is always written. */
const [signaturePart, keyPart] = [2, 6];
const placeholder = pki.setRsaPublicKey(new forge.jsbn.BigInteger('3'), new forge.jsbn.BigInteger('3'));

/** Signed until it has the usual length, so that certificates of all builds are equally long. */
function signatureOf(content: Buffer, key: KeyObject): Buffer {
  for (;;) {
    const signature = sign('sha256', content, key);
    if (signature.length === signatureBytes) return signature;
  }
}

function sequence(parts: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
}

function primitive(type: forge.asn1.Type, bytes: Buffer | forge.util.ByteBuffer): forge.asn1.Asn1 {
  const text = Buffer.isBuffer(bytes) ? bytes.toString('latin1') : bytes.getBytes();
  return asn1.create(asn1.Class.UNIVERSAL, type, false, text);
}
/** RFC 5280, appendix A.1: a common name has at most 64 characters. The alternative name holds the whole name. */
function shortName(name: string): string {
  return name.slice(0, 64);
}
