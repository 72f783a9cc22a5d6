/** Packages of the lab whose builder does not print a release: the rules of its version are still found. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageValue } from '../../src/report/json-report.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { goldens, lab } from '../support/lab.ts';
import { isSbom, type Parts, repack, textOf, withData, withSbom, withText } from '../support/parts.ts';
import { assertReproduced, cache, cannotRebuild, cannotRebuildFrom, explain, labOptions } from './lab-run.ts';

const versions = [...new Set(goldens().map(({ melange }) => melange))];

interface Row {
  readonly printed: string;
  readonly by: string;
  readonly basis: string;
  readonly first: string;
}

/** What a builder of each version might print, and where the search for it begins. */
const rows: readonly Row[] = [
  ...versions.map((by) => ({
    printed: 'devel',
    by,
    // The package shows nothing that changed after v0.45.3.
    basis: ['v0.45.3', 'v0.59.1'].includes(by) ? 'assumed' : 'by-bytes',
    first: 'v0.59.1',
  })),
  { printed: '(unknown)', by: 'production-v0.45.3', basis: 'assumed', first: 'v0.59.1' },
  { printed: 'v0.31.9+dirty', by: 'v0.31.9', basis: 'assumed', first: 'v0.31.9' },
  { printed: 'v0.45.3-closed.2', by: 'v0.23.16', basis: 'by-bytes', first: 'v0.45.3' },
  // A day after v0.43.0 was tagged.
  { printed: 'v0.43.1-0.20260219000000-0123456789ab', by: 'v0.40.4', basis: 'by-bytes', first: 'v0.43.0' },
];

/** `false`, or why the package of three files cannot be rebuilt. */
function flint(version: string): string | false {
  return cannotRebuildFrom(`repository/${version}/x86_64/flint-0.9.12-r4.apk`);
}

/** The last byte of every file except the SBOM is different. */
function withOtherEnds(parts: Parts): Parts {
  const data = parts.data.map((entry) =>
    entry.type === '0' && !isSbom(entry) ? withText(entry, `${textOf(entry).slice(0, -1)}#`) : entry,
  );
  return withData(parts, data);
}

describe('a builder that does not print a release', { skip: cannotRebuild, concurrency: false }, () => {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'builder-version-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The package as the same builder had written it, had it printed something else. */
  async function printing(row: Pick<Row, 'printed' | 'by'>, name: string, tampered = false): Promise<string> {
    const path = join(folder, `${name}.apk`);
    const printed = `(${row.by.replace('production-', '')})`;
    const change = (parts: Parts): Parts => {
      const renamed = withSbom(parts, (text) => {
        assert.ok(text.includes(printed));
        return text.replace(printed, `(${row.printed})`);
      });
      return { ...(tampered ? withOtherEnds(renamed) : renamed), signature: [] };
    };
    writeFileSync(path, await repack(join(lab, 'repository', row.by, 'x86_64', basename(path)), change));
    return path;
  }

  const run = async (...files: string[]): Promise<readonly PackageResult[]> =>
    (await verify(files, labOptions({ allowUnsigned: true }))).packages;

  for (const row of rows) {
    it(`is found by its bytes: ${row.printed}, which is ${row.by}`, async () => {
      const [result] = await run(await printing(row, 'hello-shell-1.4.2-r3'));
      assertReproduced(result!, 'unsigned');
      const { melange, melangeBasis, melangeTried, printedVersion } = result!.plan!.plan.builder;
      assert.deepEqual([melangeBasis, melangeTried[0], printedVersion], [row.basis, row.first, row.printed]);
      assert.equal(melangeTried.at(-1), melange);
    });
  }

  it('is found for each package of a build by its own bytes, whatever the others are', {
    skip: flint('v0.23.16'),
  }, async () => {
    const row = { printed: 'devel', by: 'v0.23.16' };
    const names = ['flint-0.9.12-r4', 'flint-dev-0.9.12-r4'];
    const files = await Promise.all(names.map((name) => printing(row, name)));
    const tampered = await printing(row, 'libflint3-0.9.12-r4', true);
    const results = await run(...files, tampered);
    for (const result of results.slice(0, 2)) assertReproduced(result, 'unsigned');
    const [alone] = await run(tampered);
    assert.equal(alone!.verdict.kind, 'not-reproduced', explain(alone!));
    assert.deepEqual(packageValue(results[2]!), packageValue(alone!));
  });

  it('stays the nearest where no version fits, and the report says which were tried', async () => {
    const [result] = await run(
      await printing({ printed: 'devel', by: 'v0.40.4' }, 'hello-shell-1.4.2-r3', true),
    );
    assert.equal(result!.verdict.kind, 'not-reproduced', explain(result!));
    const { melange, melangeBasis, melangeTried } = result!.plan!.plan.builder;
    assert.deepEqual([melange, melangeBasis, melangeTried[0]], ['v0.59.1', 'assumed', 'v0.59.1']);
    assert.ok(melangeTried.length > 40);
    assert.match(renderText(runResult([result!])), /tried +rules of melange v0\.59\.1, .*none fits/);
  });
});
