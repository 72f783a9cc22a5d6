/** The encoder of a published package, inferred from its own streams. */
import type { Apk } from '../apk/apk.ts';
import { type DeflateEncoder, encodersFor } from '../melange/deflate-encoder.ts';
import type { DeflateGeneration } from '../melange/format.ts';
import type { Architecture } from '../names.ts';

/** The size of one window of the encoder, up to which all encoders write the same: each choice that they make differently is about a window behind another. */
const oneWindow = 65_535;

export interface EncoderInference {
  /**
   * The encoder that wrote the beginning of the data section; where several fit, the expected one. Where none fits, the expected one is
   * assumed, and the comparison will show that.
   */
  likeliest(expected: DeflateGeneration): DeflateEncoder;
  /** Every other encoder that can have written what was read of the package, the likeliest first. */
  others(expected: DeflateGeneration, than: DeflateEncoder): readonly DeflateEncoder[];
}

/** The inference for a package; the encoders are loaded only where the data is long enough for it. */
export async function encoderInference(
  { data }: Pick<Apk, 'data'>,
  architecture: Architecture,
): Promise<EncoderInference> {
  const { head, start, end, tar } = data;
  const ordered = (expected: DeflateGeneration) => encodersFor(expected, architecture);
  const without = (expected: DeflateGeneration, than: DeflateEncoder) =>
    ordered(expected).filter((each) => each !== than);
  if (head.inflated.length <= oneWindow)
    return { likeliest: (expected) => ordered(expected)[0], others: without };
  const { agreeingEncoders } = await import('../emit/deflate/encoders.ts');
  // What is known of the two ends at the same number of bytes, so one of them can be whole and the other only begun.
  const complete = head.compressed.length === end - start && head.inflated.length === tar.size;
  const agreeing = (among: readonly DeflateEncoder[]) =>
    agreeingEncoders(head.inflated, head.compressed, complete, 'pgzip', among);
  return {
    likeliest(expected) {
      const [first, ...others] = ordered(expected);
      return agreeing([first])[0] ?? agreeing(others)[0] ?? first;
    },
    others: (expected, than) => agreeing(without(expected, than)),
  };
}
