/**
 * The encoder of a package: a generation of klauspost/compress, as it was compiled for the machine that built. Its estimate in float32
 * is rounded differently where the compiler fuses multiplications with additions, as Go does for arm64 and not for amd64.
 */
import type { Architecture } from '../names.ts';
import type { DeflateGeneration } from './switches.ts';

/** How the encoder multiplies and adds: in two steps, as on amd64, or in one, as on arm64. */
export type Arithmetic = 'plain' | 'fused';

/** Encoders by the names that plans have; without an addition it is that of amd64. */
export type DeflateEncoder = DeflateGeneration | `${DeflateGeneration}-arm64`;

interface EncoderTraits {
  readonly generation: DeflateGeneration;
  readonly arithmetic: Arithmetic;
}

const encoders: Readonly<Record<DeflateEncoder, EncoderTraits>> = {
  'v1.15.10': { generation: 'v1.15.10', arithmetic: 'plain' },
  'v1.18.1': { generation: 'v1.18.1', arithmetic: 'plain' },
  'v1.18.2': { generation: 'v1.18.2', arithmetic: 'plain' },
  'v1.15.10-arm64': { generation: 'v1.15.10', arithmetic: 'fused' },
  'v1.18.1-arm64': { generation: 'v1.18.1', arithmetic: 'fused' },
  'v1.18.2-arm64': { generation: 'v1.18.2', arithmetic: 'fused' },
};

/** All encoders: those of amd64, then those of arm64, oldest first. */
export const deflateEncoders = Object.keys(encoders) as readonly DeflateEncoder[];

/** The generations, oldest first. */
export const deflateGenerations: readonly DeflateGeneration[] = ['v1.15.10', 'v1.18.1', 'v1.18.2'];

export function traitsOfEncoder(encoder: DeflateEncoder): EncoderTraits {
  return encoders[encoder];
}

/**
 * All encoders, the likeliest first, for a package of an architecture whose version of melange has a generation. Packages are built on
 * machines of their own architecture; those of aarch64 sometimes on x86_64, by a melange that has only the steps emulated.
 */
export function encodersFor(
  generation: DeflateGeneration,
  architecture: Architecture,
): readonly [DeflateEncoder, ...DeflateEncoder[]] {
  const others = deflateGenerations.filter((each) => each !== generation);
  return architecture === 'aarch64'
    ? [fused(generation), generation, ...others.map(fused), ...others]
    : [generation, ...others, fused(generation), ...others.map(fused)];
}

function fused(generation: DeflateGeneration): DeflateEncoder {
  return `${generation}-arm64`;
}
