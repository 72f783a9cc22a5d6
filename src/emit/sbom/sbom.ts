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

/** Where a package carries its SBOM; names are melange's, so not to be used on a disk unresolved. */
export function sbomPath(packageName: string, fullVersion: string): string {
  return `var/lib/db/sbom/${packageName}-${fullVersion}.spdx.json`;
}
