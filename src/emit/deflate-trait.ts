/** The encoder generation of a published package, told by its own streams. */
import type { Apk } from '../apk/apk.ts';
import type { DeflateGeneration } from '../melange/format.ts';

/** Up to one window of the encoder, all generations write the same. */
const oneWindow = 65_535;

/**
 * The generation that wrote a data section, the expected one winning where several fit. Where none fits, the
 * expected one stands, and the comparison will show it.
 */
export type InferDeflate = (apk: Apk, expected: DeflateGeneration) => DeflateGeneration;

/** How it is told for these packages: the encoders are loaded where one of them is long enough to tell. */
export async function deflateInference(packages: readonly { readonly apk: Apk }[]): Promise<InferDeflate> {
  if (packages.every(({ apk }) => apk.data.head.inflated.length <= oneWindow))
    return (_, expected) => expected;
  const { agreeingGenerations, deflateGenerations } = await import('./deflate/index.ts');
  return (apk, expected) => {
    const { head, start, end } = apk.data;
    if (head.inflated.length <= oneWindow) return expected;
    const complete = head.compressed.length === end - start;
    const agreeing = (among: readonly DeflateGeneration[]) =>
      agreeingGenerations(head.inflated, head.compressed, complete, 'pgzip', among)[0];
    const others = deflateGenerations.filter((generation) => generation !== expected);
    return agreeing([expected]) ?? agreeing(others) ?? expected;
  };
}
