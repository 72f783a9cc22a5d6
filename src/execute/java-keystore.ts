/**
 * A keystore of trusted certificates in the form that every Java reads (JKS, version 2; sun.security.provider.JavaKeyStore, `engineStore`): no
 * package writes it, and the guest's own keytool would have to run before the steps.
 */
import { createHash, X509Certificate } from 'node:crypto';

const magic = 0xfeedfeed;
const version = 2;
const trustedCertificate = 2;
/** The usual password of the file; Java does not ask for it to read certificates. */
const password = 'changeit';
const whitener = 'Mighty Aphrodite';

/** The certificates of a PEM text, each under its number. What is not a certificate is left out. */
export function javaKeystore(pem: string): Buffer {
  const certificates = certificatesOf(pem);
  const head = Buffer.alloc(12);
  for (const [index, value] of [magic, version, certificates.length].entries())
    head.writeUInt32BE(value, 4 * index);
  const body = Buffer.concat([head, ...certificates.map(entryOf)]);
  const digest = createHash('sha1')
    .update(Buffer.from(password, 'utf16le').swap16())
    .update(whitener)
    .update(body)
    .digest();
  return Buffer.concat([body, digest]);
}

function entryOf(der: Buffer, index: number): Buffer {
  const tag = Buffer.alloc(4);
  tag.writeUInt32BE(trustedCertificate);
  // The time of the entry: none, so that the same certificates give the same bytes.
  const time = Buffer.alloc(8);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(der.length);
  return Buffer.concat([tag, text(`authority-${index}`), time, text('X.509'), length, der]);
}

/** `DataOutput.writeUTF`, for ASCII. */
function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value, 'latin1')]);
}

function certificatesOf(pem: string): Buffer[] {
  const blocks = pem.split('-----BEGIN CERTIFICATE-----').slice(1);
  const all = blocks.flatMap((block) => {
    const end = block.indexOf('-----END CERTIFICATE-----');
    return end < 0 ? [] : [Buffer.from(block.slice(0, end), 'base64')];
  });
  const whole = all.filter(isCertificate);
  return [...new Map(whole.map((der) => [der.toString('latin1'), der])).values()];
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.equals(der);
  } catch {
    return false;
  }
}
