/** The encoder generation of a published package, inferred from its own streams. */
import type { Apk } from '../apk/apk.ts';
import type { DeflateGeneration } from '../melange/format.ts';

/** The size of one window of the encoder, up to which all generations write the same. */
const oneWindow = 65_535;

/**
 * The generation that wrote a data section; where several fit, the expected one wins. Where none fits, the expected
 * one is assumed, and the comparison will show that.
 */
export type InferDeflate = (expected: DeflateGeneration) => DeflateGeneration;

/** The inference for a package; the encoders are loaded only where the data is long enough for it. */
export async function deflateInference({ data }: Pick<Apk, 'data'>): Promise<InferDeflate> {
  const { head, start, end } = data;
  if (head.inflated.length <= oneWindow) return (expected) => expected;
  const { agreeingGenerations, deflateGenerations } = await import('../emit/deflate/index.ts');
  const complete = head.compressed.length === end - start;
  const agreeing = (among: readonly DeflateGeneration[]) =>
    agreeingGenerations(head.inflated, head.compressed, complete, 'pgzip', among)[0];
  return (expected) => {
    const others = deflateGenerations.filter((generation) => generation !== expected);
    return agreeing([expected]) ?? agreeing(others) ?? expected;
  };
}
