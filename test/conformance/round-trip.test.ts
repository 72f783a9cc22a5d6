/**
 * Packages that melange wrote, taken apart to values and emitted again from these: the same file, signature, control and data
 * section each, whichever encoder wrote them. Nothing is built, so it is told apart from what steps leave.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { controlFile, type Section } from '../../src/apk/apk.ts';
import { readClaim } from '../../src/claim/claim.ts';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import { writeRecipe } from '../../src/claim/recipe/write.ts';
import { formatOfTraits } from '../../src/claim/traits/traits.ts';
import { agreeingEncoders, gzipGo } from '../../src/emit/deflate/encoders.ts';
import { deflateGenerations } from '../../src/melange/deflate-encoder.ts';
import { fullestLab, sharedSamples, skipUnless } from '../support/lab.ts';
import { putTogether, readWhole, type SectionName, takeApart } from '../support/parts.ts';
import { oneIn } from '../support/thorough.ts';

const samples = sharedSamples === undefined ? [] : packagesIn(sharedSamples);
/** Written by Alpine's abuild: GNU tar and another gzip. */
const ofAnotherProgram: ReadonlySet<string> = new Set(['alpine-baselayout-3.4.0-r0.apk']);

describe('packages of the lab, emitted again from their parts', () => {
  const repository = join(fullestLab, 'repository');
  for (const version of readdirSync(repository)) {
    it(`are the same files: ${version}`, async (t) => {
      for (const file of packagesIn(join(repository, version, 'x86_64')).filter(oneIn(8)))
        await assertRoundTrip(file, t);
    });
  }
});

describe('packages that others published, emitted again from their parts', {
  skip: skipUnless(sharedSamples, 'no samples: neither WOLFI_REPRO_SAMPLES nor beside the checkout'),
}, () => {
  for (const file of samples.filter((each) => !ofAnotherProgram.has(basename(each)))) {
    it(`are the same files: ${basename(file)}`, (t) => assertRoundTrip(file, t));
  }

  for (const file of samples.filter((each) => ofAnotherProgram.has(basename(each)))) {
    it(`are told to be of an encoder that is not known: ${basename(file)}`, async () => {
      const encoders = await encodersOf(file);
      assert.deepEqual([...new Set(encoders.values())], ['unknown']);
    });
  }
});

async function assertRoundTrip(file: string, t: TestContext): Promise<void> {
  const published = readFileSync(file);
  const { parts, packing } = await takeApart(published);
  // One of the samples was changed after it was made, and its digests were not.
  const emitted = await putTogether(parts, { ...packing, checksums: false, datahash: false });
  assert.ok(published.equals(emitted), file);
  const encoders = await encodersOf(file);
  assert.ok(![...encoders.values()].includes('unknown'), file);
  t.diagnostic(`${basename(file)}: ${[...encoders].map((each) => each.join(' ')).join(', ')}`);
  await assertSameRecipe(file);
}

/** The recipe inside is read, and written as it was. */
async function assertSameRecipe(file: string): Promise<void> {
  const apk = await readWhole(file);
  const published = controlFile(apk, '.melange.yaml');
  if (published === undefined) return;
  const { recipe, findings } = parseRecipe(published);
  assert.deepEqual(findings, [], file);
  const form = formatOfTraits(readClaim(apk, basename(file)).traits).recipe;
  assert.deepEqual(Buffer.from(writeRecipe(recipe, form)), Buffer.from(published), file);
}

/** By section, what wrote it: Go's own gzip, or the generations of klauspost's that write the same here. */
async function encodersOf(file: string): Promise<Map<SectionName, string>> {
  const bytes = readFileSync(file);
  const apk = await readWhole(file);
  const names = (['signature', 'control', 'data'] as const).filter((name) => apk[name] !== undefined);
  return new Map(names.map((name) => [name, encoderOf(bytes, apk[name]!, name)]));
}

function encoderOf(file: Uint8Array, { start, end }: Section, name: SectionName): string {
  const compressed = file.subarray(start, end);
  const raw = gunzipSync(compressed);
  if (Buffer.from(gzipGo(raw)).equals(compressed)) return 'Go';
  const agreeing = agreeingEncoders(raw, compressed, true, name === 'data' ? 'pgzip' : 'gzip');
  if (agreeing.length === 0) return 'unknown';
  return agreeing.length === deflateGenerations.length
    ? 'klauspost, any'
    : `klauspost ${agreeing.join(' or ')}`;
}

function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.apk'))
    .map((name) => join(folder, name));
}
