import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type CauseKind, causePage, causeTitles } from '../../../src/compare/cause.ts';
import { compareContent } from '../../../src/compare/comparators/comparators.ts';
import { defaultCompareLimits } from '../../../src/compare/compare-limits.ts';
import type { Difference, OriginKind } from '../../../src/compare/difference.ts';
import { originOf, withConsequences } from '../../../src/explain/causes/derived.ts';
import { causesOf, detectors } from '../../../src/explain/causes/detectors.ts';
import { nothingBuiltAgain } from '../../../src/explain/causes/evidence.ts';
import { root } from '../../support/lab.ts';
import { type CauseCase, cases, facts, plan } from './cases.ts';

const kinds = Object.keys(causeTitles) as CauseKind[];

async function named(each: CauseCase) {
  const [published, rebuilt] = [each.published, each.rebuilt].map((side) =>
    side === undefined ? undefined : Buffer.from(side as string),
  );
  const path = each.path ?? 'usr/share/name/file';
  const base = { section: 'data', kind: 'content', path, published: 'p', rebuilt: 'r' } as const;
  const parts =
    each.parts ??
    (published === undefined || rebuilt === undefined
      ? []
      : await compareContent(path, published, rebuilt, defaultCompareLimits));
  const difference: Difference = { ...base, ...(parts.length === 0 ? {} : { parts }), ...each.difference };
  return causesOf(
    difference,
    { published, rebuilt },
    { differences: [difference, ...(each.others ?? [])] },
    {
      plan,
      facts,
      steps: each.steps ?? [],
      environment: new Map(Object.entries(each.environment ?? {})),
      substituted: undefined,
      stability: nothingBuiltAgain,
      ...each.context,
    },
  );
}

describe('causes', () => {
  for (const each of cases) {
    it(`are named ${each.kinds.join(' and ')} for ${each.what}`, async () => {
      const found = await named(each);
      assert.deepEqual(new Set(found.map(({ kind }) => kind)), new Set(each.kinds), JSON.stringify(found));
    });
  }

  it('are the same without what a comparator found, except for what only it can see', async () => {
    for (const each of cases.filter(({ what }) => /^a (date and time|host name|kernel)|jobs/.test(what))) {
      const found = await named({ ...each, parts: [] });
      assert.deepEqual(new Set(found.map(({ kind }) => kind)), new Set(each.kinds), each.what);
    }
  });

  it('say where, the two values, and why', async () => {
    const [found] = await named(cases.find(({ what }) => what === 'a host name')!);
    assert.deepEqual(found, {
      kind: 'hostname',
      confidence: 'certain',
      place: 'line 1',
      published: 'builder-7.lab.example',
      rebuilt: 'localhost',
      why: 'the rebuilt value is the name of the machine that our steps saw',
    });
  });

  it('are certain of no value of a build that was not run here', async () => {
    for (const each of cases) {
      const context = { ...each.context, facts: undefined };
      const found = await named({ ...each, context });
      const exact = ['compressor-version', 'signature', 'archive-metadata', 'gzip-header', 'file-system'];
      const certain = found.filter(
        ({ kind, confidence }) => confidence === 'certain' && !exact.includes(kind),
      );
      assert.deepEqual(certain, [], each.what);
    }
  });

  it('are none for a field that follows from an entry, nor for a signature of what differs', () => {
    const field = (name: string): Difference => ({
      section: 'control',
      kind: 'field',
      path: '.PKGINFO',
      name,
    });
    const entry = (kind: Difference['kind']): Difference => ({ section: 'data', kind, path: 'usr/a' });
    const signature: Difference = { section: 'signature', kind: 'content', path: '.SIGN.RSA.x.rsa.pub' };
    const rows: readonly (readonly [Difference, readonly Difference[], OriginKind | undefined])[] = [
      [field('datahash'), [entry('mode')], 'data-section'],
      [field('size'), [entry('content')], 'file-sizes'],
      [field('size'), [entry('mode')], undefined],
      [field('depend'), [entry('content')], undefined],
      [field('datahash'), [], undefined],
      [signature, [field('size')], 'control-section'],
      [signature, [entry('content')], undefined],
      [{ ...signature, kind: 'extra-entry' }, [field('size')], undefined],
    ];
    for (const [difference, others, origin] of rows)
      assert.equal(originOf(difference, others)?.kind, origin, `${difference.kind} ${difference.name}`);
  });
});

describe('files that hold nothing but digests of others', () => {
  const file = (path: string, kind: CauseKind, confidence: 'certain' | 'likely' = 'certain'): Difference => ({
    section: 'data',
    kind: 'content',
    path,
    causes: [{ kind, confidence, place: '', published: 'a', rebuilt: 'b', why: '' }],
  });
  const following = (...differences: readonly Difference[]) =>
    withConsequences([{ differences }]).flatMap((list) =>
      list.differences.filter(({ followsFrom }) => followsFrom !== undefined).map(({ path }) => path),
    );

  it('follow from these', () => {
    assert.deepEqual(following(file('tool', 'timestamp'), file('RECORD', 'derived')), ['RECORD']);
  });

  it('do not where it is not certain, where they hold more, or where nothing else would be left', () => {
    const more = file('RECORD', 'derived');
    const both = { ...more, causes: [...more.causes!, ...file('x', 'unknown').causes!] };
    assert.deepEqual(following(file('tool', 'timestamp'), file('RECORD', 'derived', 'likely')), []);
    assert.deepEqual(following(file('tool', 'timestamp'), both), []);
    assert.deepEqual(following(file('a', 'derived'), file('b', 'derived')), []);
  });
});

describe('the list of causes', () => {
  it('has a detector for each except unknown, which stands for the rest', () => {
    assert.deepEqual(new Set([...detectors.map(({ kind }) => kind), 'unknown']), new Set(kinds));
    assert.equal(detectors.length, new Set(detectors.map(({ kind }) => kind)).size);
  });

  it('has an example of each', () => {
    const shown = new Set(cases.flatMap((each) => each.kinds));
    assert.deepEqual(
      kinds.filter((kind) => !shown.has(kind)),
      [],
    );
  });

  it('has a page for each and no other', () => {
    const pages = readdirSync(join(root, 'docs/differences')).map((name) => name.replace(/\.md$/, ''));
    assert.deepEqual(pages.sort(), [...kinds].sort());
    for (const kind of kinds) {
      const page = join(root, causePage(kind));
      assert.ok(existsSync(page), kind);
      const text = readFileSync(page, 'utf8');
      for (const heading of ['## What it is', '## How it shows', '## How to fix it']) {
        assert.ok(text.includes(`\n${heading}\n`), `${kind}: ${heading}`);
      }
      assert.equal(text.split('\n')[2], `\`${kind}\``);
    }
  });
});
