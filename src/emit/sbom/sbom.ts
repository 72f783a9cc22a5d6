/** The SBOM that a package carries. */
import type { DocumentInput } from './input.ts';
import { emitMelangeSbom } from './melange-sbom.ts';
import { emitProductionSbom, type ProductionInput } from './production/production.ts';

/** Everything that decides the bytes of one package's SBOM. */
export interface SbomInput extends DocumentInput {
  /** What production's generator adds to melange's document; absent where melange wrote the SBOM. */
  readonly production?: ProductionInput;
}

/** The bytes of one package's SBOM, as the generator of its build wrote them. Fails as `emitMelangeSbom` does. */
export function emitSbom(input: SbomInput): Uint8Array {
  return input.production === undefined
    ? emitMelangeSbom(input)
    : emitProductionSbom(input, input.production);
}
