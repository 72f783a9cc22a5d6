/** The lab's packages with a planted reason for not being reproducible: it is found, named and proven, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import type { CauseKind } from '../../src/compare/cause.ts';
import type { Factor } from '../../src/explain/factors.ts';
import type { FactorResult } from '../../src/explain/triangulation.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { fixtures, type Golden, goldens, lab } from '../support/lab.ts';
import { oneIn } from '../support/thorough.ts';
import { cannotRebuildFrom, differencesOf, explain, labOptions, sandbox, verifyGoldens } from './lab-run.ts';

interface Planted {
  readonly causes: readonly CauseKind[];
  readonly factors?: readonly Factor[];
  /** This machine may happen to make the same bytes. */
  readonly mayAgree?: boolean;
}

const planted = JSON.parse(readFileSync(join(fixtures, 'causes.json'), 'utf8')) as Record<string, Planted>;
const group = goldens().filter(({ reproducible }) => !reproducible);
const nameOf = ({ recipe }: Golden) => basename(recipe, '.yaml');

function causesIn({ verdict }: PackageResult): Set<CauseKind> {
  return new Set(differencesOf(verdict).flatMap(({ causes = [] }) => causes.map(({ kind }) => kind)));
}

async function verifyOne(name: string, more: Partial<RunOptions>): Promise<PackageResult> {
  return (await verify([join(lab, newest(name).file)], labOptions(more))).packages[0]!;
}

function newest(name: string): Golden {
  return group.find((each) => nameOf(each) === name && each.melange === 'v0.59.1')!;
}

function unlessBuilt(...names: readonly string[]): string | false {
  return cannotRebuildFrom(...names.map((name) => newest(name).file));
}

function changing(results: readonly FactorResult[] = []): Factor[] {
  return results.filter(({ outcome }) => outcome === 'changes-bytes').map(({ factor }) => factor);
}

describe('planted causes', { skip: cannotRebuildFrom(), concurrency: false }, () => {
  let verified: ReturnType<typeof verifyGoldens> | undefined;
  const results = () => {
    verified ??= verifyGoldens(
      group.filter(oneIn(2)).filter(({ file }) => cannotRebuildFrom(file) === false),
      lab,
      labOptions(),
    );
    return verified;
  };
  for (const golden of group.filter(oneIn(2))) {
    const skip = cannotRebuildFrom(golden.file);
    it(`are found, named and proven: ${golden.melange} ${nameOf(golden)}`, { skip }, async (t) => {
      const { causes, mayAgree = false } = planted[nameOf(golden)]!;
      const [, result] = (await results()).find(([each]) => each === golden)!;
      if (mayAgree && result.verdict.kind === 'reproduced')
        return t.skip('this machine makes the same bytes');
      const paths = differencesOf(result.verdict).flatMap((each) =>
        each.causes === undefined ? [] : [each.path],
      );
      assert.deepEqual([...new Set(paths)], [golden.differs], explain(result));
      const named = [...causesIn(result)];
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter((kind) => !causes.includes(kind)),
        [],
      );
      assert.equal(result.explanation?.explained, 'proven');
      assert.equal(result.verdict.kind === 'not-reproduced' && result.verdict.reason, 'content');
    });
  }

  it('come with a patch of the recipe, and two builds with it agree where they did not', {
    skip: unlessBuilt('nr-gzip-header'),
  }, async () => {
    const result = await verifyOne('nr-gzip-header', { repeat: 2, tryFix: true });
    assert.equal(result.verdict.kind === 'not-reproduced' && result.verdict.reason, 'unstable');
    assert.match(result.fixes?.patch ?? '', /^-.*gzip -9 numbers\n\+.*gzip -n -9 numbers$/m);
    assert.deepEqual(result.fixes?.trial, { outcome: 'stable', before: 'unstable' });
  });

  it('that are unstable by themselves are told from those that only the published file has', {
    skip: unlessBuilt('nr-wallclock', 'nr-hidden-input'),
  }, async () => {
    const [unstable, published] = [
      await verifyOne('nr-wallclock', { repeat: 2 }),
      await verifyOne('nr-hidden-input', { repeat: 2 }),
    ];
    assert.equal(unstable.verdict.kind === 'not-reproduced' && unstable.verdict.reason, 'unstable');
    assert.deepEqual(
      unstable.triangulation?.unstable.map(({ path }) => path),
      ['usr/share/nr/build-date'],
    );
    assert.deepEqual(unstable.triangulation?.publishedOnly, []);
    assert.equal(published.verdict.kind === 'not-reproduced' && published.verdict.reason, 'content');
    assert.deepEqual(published.triangulation?.unstable, []);
    assert.deepEqual(
      published.triangulation?.publishedOnly.map(({ path }) => path),
      ['usr/share/nr/settings'],
    );
  });

  const bare =
    sandbox === 'chroot' && 'without namespaces neither name nor kernel of the guest can be changed';
  it('are the factors that change the bytes', {
    skip: bare || unlessBuilt('nr-host', 'nr-file-order'),
  }, async () => {
    const host = await verifyOne('nr-host', { vary: 'auto' });
    // A machine may have the very kernel that the package was built on.
    const named = causesIn(host);
    assert.ok(named.has('hostname'));
    const differing = (['hostname', 'kernel'] as const).filter((each) => named.has(each));
    assert.deepEqual(changing(host.triangulation?.factors), differing);
    const order = await verifyOne('nr-file-order', { vary: ['locale', 'directory-order', 'build-path'] });
    const outcomes = order.triangulation?.factors.map(({ factor, outcome }) => [factor, outcome]);
    const expected = ['changes-bytes', 'not-varied'];
    assert.deepEqual(outcomes?.[0], ['locale', 'no-change']);
    assert.ok(expected.includes(String(outcomes?.[1]?.[1])), String(outcomes?.[1]));
    assert.deepEqual(outcomes?.[2], ['build-path', 'not-varied']);
  });

  it('are not looked for where nothing stable differs', { skip: unlessBuilt('nr-random') }, async () => {
    const { triangulation } = await verifyOne('nr-random', { vary: 'auto' });
    assert.deepEqual(triangulation?.factors, []);
  });
});
