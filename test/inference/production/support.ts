/** The lab's production packages, and packages as the claim reads them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Apk } from '../../../src/apk/apk.ts';
import type { ByteSource } from '../../../src/byte-source.ts';
import { type Claim, readClaim, readPublished } from '../../../src/claim/claim.ts';
import type { FormName, RecordVariant } from '../../../src/claim/traits/record-variant.ts';
import { fileSource } from '../../../src/inputs/store/files.ts';
import { lab, sharedLab } from '../../support/lab.ts';

export interface ProductionGolden {
  readonly file: string;
  readonly recipe: string;
  /** What the record holds besides what the sample's holds. */
  readonly record: readonly string[];
  readonly form: FormName;
  readonly head: RecordVariant['head'];
  /** False where the record names other paths than the package has; `paths` says which. */
  readonly reproducible: boolean;
  readonly paths?: string;
  /** Elements that a scan finds. */
  readonly languagePackages: number;
  /** `larger` where the lab's environment does not do. */
  readonly environment?: string;
  readonly aarch64?: boolean;
  readonly sourceDir?: string;
}

const ofFormA = { form: 'A', head: 'melange', languagePackages: 0 } as const;

/** Every package of the larger lab where it is at hand, else those that the project carries. */
export const productionLab: string = sharedLab ?? lab;
/** Of all forms; those of form A first. */
export const productionGoldens: readonly ProductionGolden[] = ['production.json', 'production-2026.json']
  .flatMap((list) => JSON.parse(readFileSync(join(productionLab, list), 'utf8')) as ProductionGolden[])
  .map((each) => ({ ...ofFormA, ...each }));

export interface ReadPackage {
  readonly apk: Apk;
  readonly claim: Claim;
}

export async function readPackage(source: ByteSource | string): Promise<ReadPackage> {
  const apk = await readPublished(typeof source === 'string' ? fileSource(source) : source);
  const name = typeof source === 'string' ? source.slice(source.lastIndexOf('/') + 1) : source.name;
  return { apk, claim: readClaim(apk, name) };
}

export function golden(folder: string, name: string): string {
  const path = join(lab, 'repository', folder, 'x86_64', `${name}.apk`);
  if (!existsSync(path)) throw new Error(`no golden ${path}`);
  return path;
}

/** A package in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    async *open() {
      yield bytes;
    },
  };
}
