/** The bytes of the published file that are taken over into the rebuilt one. */
import type { Signature } from '../apk/apk-signature.ts';
import { emitSignature } from '../emit/own-sections.ts';
import { emissionFormat, type Plan } from '../plan/plan.ts';

/** The signature section around the published signature's own bytes, which are all that is taken over. */
export function transplant({ bytes, algorithm, keyName }: Signature, plan: Plan): Uint8Array {
  const format = emissionFormat(plan);
  return emitSignature(bytes, { algorithm, keyName }, format, plan.builder.clock ?? 0, plan.builder.deflate);
}
