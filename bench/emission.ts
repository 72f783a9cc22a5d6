/** A package of 300 MiB emitted completely: analysed, with its SBOM, archived and compressed, in a separate process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readClaim, readPublished } from '../src/claim/claim.ts';
import { emitPackage } from '../src/emit/package.ts';
import { treeOf } from '../src/execute/tree.ts';
import type { Content } from '../src/formats/content.ts';
import { fileSource } from '../src/inputs/store/files.ts';
import { emissionFormat, makePlan } from '../src/plan/plan.ts';
import { treeEntry } from '../test/support/tree-builder.ts';
import { bulk, dataArchive } from './material.ts';
import { child, printChildResult, type Report } from './measure.ts';

const own = fileURLToPath(import.meta.url);
const files = 6;
const fileBytes = 50 * 2 ** 20;

export function benchEmission(report: Report): void {
  for (const threads of ['1', '2']) {
    const { milliseconds, peakMebibytes } = child(own, [threads]);
    const rate = ((files * fileBytes) / 2 ** 20 / (milliseconds / 1000)).toFixed(0);
    report(`300 MiB as a package, threads: ${threads}: ${rate} MiB/s, ${peakMebibytes} MiB at the most`);
  }
}

/** Repeats bytes, as a file that is read in pieces. */
function repeated(bytes: Uint8Array): Content {
  return {
    size: fileBytes,
    read(offset, length) {
      const piece = new Uint8Array(Math.max(0, Math.min(length, fileBytes - offset)));
      for (let at = 0; at < piece.length; ) {
        const from = (offset + at) % bytes.length;
        const part = bytes.subarray(from, from + piece.length - at);
        piece.set(part, at);
        at += part.length;
      }
      return piece;
    },
  };
}

async function emit(threads: number): Promise<void> {
  const claim = readClaim(await readPublished(fileSource(bulk)), bulk);
  const plan = makePlan(claim, {
    sbomRecord: undefined,
    scan: undefined,
    tried: [],
    deflate: 'v1.18.2',
    environment: { kind: 'recorded', packages: [] },
    sources: [],
    recipeFiles: [],
  });
  const content = repeated(await dataArchive(bulk));
  const tree = treeOf(
    Array.from({ length: files }, (_, index) => ({
      ...treeEntry({ path: `usr/lib/file-${index}` }),
      content,
    })),
  );
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  try {
    const started = performance.now();
    await emitPackage({
      plan,
      recipe: claim.recipe,
      format: emissionFormat(plan),
      trees: [{ name: plan.package.name, tree }],
      names: { users: new Map(), groups: new Map() },
      osRelease: undefined,
      licenseTexts: new Map(),
      dataFile: join(folder, 'data'),
      threads,
    });
    printChildResult({ milliseconds: performance.now() - started });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [threads] = process.argv.slice(2);
if (process.argv[1] === own && threads !== undefined) await emit(Number(threads));
