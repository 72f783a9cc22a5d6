/**
 * Recipes with large directories, built by a real melange on fresh images of ext4: each file system has its own seed for the order of
 * names, so the sizes differ from image to image. WOLFI_REPRO_MELANGE names the melange.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { entryPath } from '../../src/apk/entry-rules.ts';
import { pkgInfoValue } from '../../src/apk/pkginfo.ts';
import { directoryShapes, ext4Blocks } from '../../src/claim/traits/directory-size.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { freshFileSystem, lacksFileSystem } from '../support/file-systems.ts';
import { skipUnless } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { buildLargeDirectories } from '../support/large-directories.ts';
import { findMelange } from '../support/melange.ts';
import { changeControl, readWhole, repack, textOf, withText } from '../support/parts.ts';
import { assertReproduced, cache, cannotRebuild, explain, labOptions } from './lab-run.ts';

const ext4 = { type: 'ext4', bytes: 512 * 1024 * 1024, options: ['-b', '4096'] } as const;
const melange = findMelange();
const skip =
  skipUnless(melange, 'no melange at hand (WOLFI_REPRO_MELANGE=FILE)') ||
  cannotRebuild ||
  lacksFileSystem(ext4);

/** So many images that chance shows. */
const images = 3;

describe('packages with large directories that melange built on ext4', { skip, concurrency: false }, () => {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'directories-'));
  let server: LabServer;
  const built: string[][] = [];
  before(async () => {
    server = await startLabServer();
    server.serve('/', labEnvironment!);
    for (let at = 0; at < images; at += 1) {
      const image = freshFileSystem(ext4);
      try {
        const own = join(work, String(at));
        mkdirSync(own);
        const workspace = join(image.folder, 'workspace');
        built.push(
          await buildLargeDirectories({ melange: melange!, repository: server.url, work: own, workspace }),
        );
      } finally {
        image.close();
      }
    }
  });
  after(async () => {
    await server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('are reproduced, each with the blocks that its image gave it', async () => {
    for (const files of built) {
      for (const result of await verified(files)) assertReproduced(result, 'valid');
    }
  });

  it('are of different sizes on different images: the test has something to judge', async () => {
    const sizes = await Promise.all(
      built.map(async (files) => (await Promise.all(files.map(recordedSize))).join()),
    );
    assert.ok(new Set(sizes).size > 1, sizes.join('\n'));
  });

  it('are not reproduced with a block more than they can have, or one less', async () => {
    const others = await Promise.all(
      built[0]!.map(async (file) => {
        const { least, most } = await boundsOf(file);
        return Promise.all([least - 4096, most + 4096].map((size) => sized(work, file, size)));
      }),
    );
    for (const result of await verified(others.flat()))
      assert.equal(result.verdict.kind, 'not-reproduced', `${result.file}: ${explain(result)}`);
  });

  it('are reproduced with every number of blocks that they can have', async () => {
    const file = built[0]!.find((each) => each.includes('many-586-'))!;
    const { least, most } = await boundsOf(file);
    const sizes = Array.from({ length: (most - least) / 4096 + 1 }, (_, blocks) => least + 4096 * blocks);
    assert.ok(sizes.length > 2);
    const others = await Promise.all(sizes.map((size) => sized(work, file, size)));
    for (const result of await verified(others)) assertReproduced(result, 'valid');
  });
});

async function verified(files: readonly string[]): Promise<readonly PackageResult[]> {
  return (await verify(files, labOptions())).packages;
}

async function recordedSize(file: string): Promise<number> {
  return Number(pkgInfoValue((await readWhole(file)).control.pkginfo, 'size'));
}

/** The sizes that a package can have, by the recorded one: all contents and the fewest, or the most, blocks. */
async function boundsOf(file: string): Promise<{ least: number; most: number }> {
  const { data } = await readWhole(file);
  const contents = data.entries.reduce((sum, { size }) => sum + size, 0);
  const shapes = directoryShapes(
    data.entries.map((entry) => ({ path: entryPath(entry), isDirectory: entry.type === '5' })),
  );
  const blocks = (end: 'least' | 'most') => shapes.reduce((sum, shape) => sum + ext4Blocks(shape)[end], 0);
  return { least: contents + 4096 * blocks('least'), most: contents + 4096 * blocks('most') };
}

/** The package with another size recorded, all digests right. */
async function sized(work: string, file: string, size: number): Promise<string> {
  const changed = (text: string) => text.replace(/^size = \d+$/m, `size = ${size}`);
  const bytes = await repack(file, (parts) =>
    changeControl(parts, '.PKGINFO', (entry) => withText(entry, changed(textOf(entry)))),
  );
  const path = join(mkdtempSync(join(work, 'sized-')), basename(file));
  writeFileSync(path, bytes);
  return path;
}
