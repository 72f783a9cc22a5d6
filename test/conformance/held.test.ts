/** What is unstable by itself, with factors held: the one that makes it stable is found, and names what has no name. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { fixtures } from '../support/lab.ts';
import { changeControl, repack, textOf, withText } from '../support/parts.ts';
import { cannotRebuildFrom, differencesOf, labOptions } from './lab-run.ts';

const carrier = join(fixtures, 'cases/verify-set-order/set-order-1.0.0-r0.apk');

/** The order of a set that no line of the step shows to be one, and a file that is the same in each build. */
const script = `
      mkdir -p /home/build/melange-out/set-order/usr/share/so
      python3 - > /home/build/melange-out/set-order/usr/share/so/RECORD <<'END'
      names = set("alpha beta gamma delta omega theta kappa lambda".split())
      for name in names: print(name)
      END
      echo same > /home/build/melange-out/set-order/usr/share/so/perl.conf
`.slice(1);

describe('factors that are held', { skip: cannotRebuildFrom(carrier) }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-test-'));
  const file = join(folder, 'set-order-1.0.0-r0.apk');
  before(async () => {
    const recipe = (text: string) => text.replace(/(?<=\n {2}- runs: \|\n)(?: {6}.*\n)+/, script);
    const changed = await repack(carrier, (parts) => ({
      ...changeControl(parts, '.melange.yaml', (entry) => withText(entry, recipe(textOf(entry)))),
      signature: [],
    }));
    writeFileSync(file, changed);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are tried unasked for what is unstable and has no name, and give it one', async () => {
    const result = await verified({ repeat: 2 });
    const { unstable, publishedOnly, held = [] } = result.triangulation!;
    assert.deepEqual(
      unstable.map(({ path }) => path),
      ['usr/share/so/RECORD'],
    );
    assert.deepEqual(
      publishedOnly.map(({ path }) => path),
      ['usr/share/so/perl.conf'],
    );
    const agreeing = held.flatMap((each) => (each.outcome === 'agrees' ? [each] : []));
    assert.deepEqual(agreeing.at(-1)?.held, ['hash-seed']);
    for (const { agreeing: places, asPublished } of agreeing) {
      assert.deepEqual(places, unstable);
      assert.deepEqual(asPublished, []);
    }
    const causes = differencesOf(result.verdict).find(({ path }) => path === 'usr/share/so/RECORD')?.causes;
    assert.deepEqual(
      causes?.map(({ kind }) => kind),
      ['hash-order'],
    );
    assert.equal(result.verdict.kind, 'not-reproduced');
  });

  it('are said not to change anything, or why they are not held', async () => {
    const { triangulation } = await verified({ repeat: 2, pin: ['umask', 'hostname'] });
    assert.deepEqual(
      triangulation?.held?.map(({ held, outcome }) => [held, outcome]),
      [
        [['hostname'], 'not-held'],
        [['umask'], 'no-change'],
      ],
    );
  });

  async function verified(more: Parameters<typeof labOptions>[0]): Promise<PackageResult> {
    return (await verify([file], labOptions({ allowUnsigned: true, ...more }))).packages[0]!;
  }
});
