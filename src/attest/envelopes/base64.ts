/** Bytes as text, of which there is one for each: what two texts stand for could be signed as one and read as the other. */

/** The bytes of standard base64 with its padding (RFC 4648 §4); undefined for anything else, such as bits behind the last byte. */
export function parseBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The bytes of hex digits in lower case; undefined for anything else. */
export function parseHex(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'hex');
  return bytes.toString('hex') === text ? bytes : undefined;
}
