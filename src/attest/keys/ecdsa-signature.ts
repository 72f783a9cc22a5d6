/** The forms of a signature of ECDSA: two numbers in DER (RFC 3279 §2.2.3), or one behind the other, as PKCS #11 gives them (IEEE P1363). */

const [sequenceTag, integerTag] = [0x30, 0x02];
/** Of each number on P-256. */
const numberBytes = 32;

/** Two numbers, most significant byte first, in DER. */
export function ecdsaDer(r: Uint8Array, s: Uint8Array): Buffer {
  const content = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from([sequenceTag, content.length]), content]);
}

/** A signature on P-256 in DER, whichever of the two forms it has. */
export function derOfEither(signature: Uint8Array): Uint8Array {
  if (signature.length !== 2 * numberBytes) return signature;
  return ecdsaDer(signature.subarray(0, numberBytes), signature.subarray(numberBytes));
}

function integer(number: Uint8Array): Buffer {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start += 1;
  const digits = number.subarray(start);
  // A first bit that is set would make it negative.
  const padded = Buffer.concat([Buffer.alloc(digits.length === 0 || digits[0]! >= 0x80 ? 1 : 0), digits]);
  return Buffer.concat([Buffer.from([integerTag, padded.length]), padded]);
}
