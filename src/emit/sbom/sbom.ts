/** The SBOM that a package carries. */
import type { SbomInput } from './input.ts';
import { emitMelangeSbom } from './melange.ts';
import { emitProductionSbom } from './production/production.ts';

export type { SbomInput } from './input.ts';

/** The bytes of one package's SBOM, as the generator of its build wrote them. Fails as `emitMelangeSbom` does. */
export function emitSbom(input: SbomInput): Uint8Array {
  return input.production === undefined
    ? emitMelangeSbom(input)
    : emitProductionSbom(input, input.production);
}
