/** The encoder generation of a published package, told by its own streams. */
import type { Apk } from '../apk/apk.ts';
import type { DeflateGeneration } from '../melange/format.ts';

/** Up to one window of the encoder, all generations write the same. */
const oneWindow = 65_535;

/**
 * The generation that wrote a data section, the expected one winning where several fit. Where none fits, the
 * expected one stands, and the comparison will show it.
 */
export type InferDeflate = (expected: DeflateGeneration) => DeflateGeneration;

/** How it is told for a package: the encoders are loaded where it is long enough to tell. */
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
