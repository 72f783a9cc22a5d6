/**
 * Inputs for which klauspost/compress, compiled for arm64, writes something else than compiled for amd64: its estimate of the third window is one bit more or
 * less there, and new codes are worth it on one side only.
 */
import { randomOf } from './inputs.ts';

const window = 65_535;

/** A window that the input is made of: its seed, and how many of a thousand literals are below 128. */
type Part = readonly [seed: number, lower: number];

export interface NearDecision {
  readonly parts: readonly Part[];
  /** Digests as in goldens.ts: of gzip and of pgzip, compiled for amd64 and for arm64. */
  readonly gzip: Readonly<Record<'amd64' | 'arm64', string>>;
  readonly pgzip: Readonly<Record<'amd64' | 'arm64', string>>;
}

/**
 * What programs of Go 1.26.8 wrote with klauspost/compress v1.15.10, v1.18.1 and v1.18.2, which write the same here, and klauspost/pgzip v1.2.6; those for
 * arm64 were run by qemu-aarch64 7.2.
 */
export const nearDecisions: readonly NearDecision[] = [
  {
    parts: [
      [582, 22],
      [20_169, 0],
      [1_020_169, 290],
    ],
    gzip: { amd64: '38baf0c9c57094a9fa9b788db3f74d63', arm64: 'a2f68f639babbaf1569105ad313eca06' },
    pgzip: { amd64: '1a40bc4ffee063b411a7d02f6a2040cc', arm64: 'c74acdb53c381757308c42585fad8476' },
  },
  {
    parts: [
      [303, 26],
      [40_306, 0],
      [1_040_306, 300],
    ],
    gzip: { amd64: 'a48aca48c3bcb6d4b607ea23c98c4e8d', arm64: 'ce15ad59ff2ce0d2d61b7aea67a64d68' },
    pgzip: { amd64: 'f42971953a2d11d6a84a0cd36d90211e', arm64: 'b647e8c63e518dd8ca7f49d9c11ff42f' },
  },
  {
    parts: [
      [103, 30],
      [40_347, 0],
      [1_040_347, 300],
    ],
    gzip: { amd64: '762dd573d9361323bd42293679497c37', arm64: 'f97d678daa8e4b6b12c264a8ba0e525a' },
    pgzip: { amd64: '6c8815f6c70c56be0208c13318b9422a', arm64: '5453270d2c74883f1ad671a21233d286' },
  },
];

export function inputNear({ parts }: Pick<NearDecision, 'parts'>): Buffer {
  return Buffer.concat(parts.map(windowOf));
}

/** One window of literals and repetitions of these, in which hardly a symbol is missing. */
function windowOf([seed, lower]: Part): Uint8Array {
  const random = randomOf(seed);
  const bytes = new Uint8Array(window);
  for (let at = 0; at < window; ) {
    const copies = at > 3000 && random(2) > 0;
    const distance = 4 + random(Math.min(at - 4, 1 << random(16)));
    const end = Math.min(window, at + 4 + random(random(30) > 0 ? 12 : 400));
    for (; at < end; at++)
      bytes[at] = copies ? bytes[at - distance]! : random(random(1000) < lower ? 128 : 256);
  }
  return bytes;
}
