/** The bytes that a signature of DSSE signs (secure-systems-lab/dsse v1.0, `PAE` of its protocol), so that no type passes for a different one. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** The type of in-toto statements (in-toto attestation framework v1, envelope layer). */
export const statementPayloadType = 'application/vnd.in-toto+json';
