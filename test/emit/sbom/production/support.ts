/** The lab's production packages, and packages as the claim reads them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Apk, ByteSource } from '../../../../src/apk/apk.ts';
import { type Claim, readClaim, readPublished } from '../../../../src/claim/claim.ts';
import { fileSource } from '../../../../src/inputs/files.ts';
import { lab, sharedLab } from '../../../support/lab.ts';

export interface ProductionGolden {
  readonly file: string;
  readonly recipe: string;
  /** What the record holds besides what the sample's holds. */
  readonly record: readonly string[];
  readonly sourceDir?: string;
}

/** Every package of the larger lab where it is at hand, else those that the project carries. */
export const productionLab: string = sharedLab ?? lab;
export const productionGoldens: readonly ProductionGolden[] = JSON.parse(
  readFileSync(join(productionLab, 'production.json'), 'utf8'),
);

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
