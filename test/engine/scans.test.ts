import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { digestFound } from '../../src/emit/sbom/production/syft.ts';
import type { PrintedPackage, SyftListing } from '../../src/emit/sbom/production/syft-output.ts';
import { openScans, type Scans } from '../../src/engine/scans.ts';
import { type Tree, type TreeEntry, treeOf } from '../../src/execute/tree.ts';
import { Failure } from '../../src/failure.ts';
import { contentOf } from '../../src/formats/content.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { packageName } from '../support/names.ts';
import { planned } from '../support/results.ts';

const names = ['one', 'two', 'three'];
const programs = names.map((name) => sha256(Buffer.from(name)));

function printedPackage(name: string): PrintedPackage {
  const element = {
    name,
    SPDXID: `SPDXRef-Package-gem-${name}-0123456789abcdef`,
    downloadLocation: 'NONE',
    filesAnalyzed: false,
  };
  // Without a record that its id follows from: it is left as it is.
  return { element, type: 'gem', artifact: {} };
}

const listingOf = (...found: readonly string[]): SyftListing => ({
  version: '1',
  printed: found.map(printedPackage),
  extracted: [],
});

/** A plan whose published SBOM has these elements. */
function planFor(name: string, published: readonly string[]): Plan {
  const { plan } = planned();
  const found = digestFound(published.map((each) => printedPackage(each).element));
  return {
    ...plan,
    package: { ...plan.package, name: packageName(name) },
    builder: { ...plan.builder, sbomGenerator: 'production', scan: { programs, found } },
  };
}

const file = (path: string, content = contentOf(Buffer.from(path))): TreeEntry => ({
  path,
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  target: '',
  xattrs: [],
  content,
});

interface Opened {
  readonly scans: Scans;
  /** Which program scanned which package, in order. */
  readonly ran: string[];
  readonly built: Tree;
}

/** Scans that find, of each package, what is listed by program; a failure where there is none. */
function open(finds: Readonly<Record<string, readonly (readonly string[] | null)[]>>): Opened {
  const ran: string[] = [];
  const built = treeOf([file('a'), file('b')]);
  const scans = openScans(
    () => built,
    async ({ package: { name } }, _, place) => {
      ran.push(`${name} ${names[place]}`);
      const found = finds[name]![place];
      if (found === null || found === undefined) throw new Failure('unsupported', 'it fails');
      return listingOf(...found);
    },
  );
  return { scans, ran, built };
}

async function chosenFor(
  finds: Readonly<Record<string, readonly (readonly string[] | null)[]>>,
  published: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const plans = Object.entries(published).map(([name, elements]) => planFor(name, elements));
  const outcome = await open(finds).scans.outcome(plans[0]!);
  return names[outcome!.chosen]!;
}

describe('of several programs', () => {
  const cases: readonly (readonly [
    rule: string,
    finds: Readonly<Record<string, readonly (readonly string[] | null)[]>>,
    published: Readonly<Record<string, readonly string[]>>,
    chosen: string,
  ])[] = [
    ['that which finds what production found is taken', { a: [['x'], ['y'], ['z']] }, { a: ['y'] }, 'two'],
    ['the first is taken where several do', { a: [['x'], ['y'], ['y']] }, { a: ['y'] }, 'two'],
    ['the first is taken where none does', { a: [['x'], ['y'], ['z']] }, { a: ['w'] }, 'one'],
    ['none that fails is taken before one that does not', { a: [null, ['y'], ['z']] }, { a: ['w'] }, 'two'],
    ['order counts', { a: [['x', 'y'], ['y', 'x'], []] }, { a: ['y', 'x'] }, 'two'],
    [
      'what fits another package of the build more often has no say',
      { a: [['x'], ['y'], []], b: [[], ['q'], []], c: [['p'], ['q'], []] },
      { a: ['x'], b: ['q'], c: ['q'] },
      'one',
    ],
    ['the first is taken where all fail', { a: [null, null, null] }, { a: ['w'] }, 'one'],
  ];
  for (const [rule, finds, published, chosen] of cases) {
    it(rule, async () => assert.equal(await chosenFor(finds, published), chosen));
  }

  it('all are told of, with how they went', async () => {
    const plan = planFor('a', ['y']);
    const { scans } = open({ a: [null, ['y'], ['z']] });
    assert.deepEqual(await scans.outcome(plan), {
      programs: [
        { sha256: programs[0], version: '', outcome: 'failed' },
        { sha256: programs[1], version: '1', outcome: 'fits' },
        { sha256: programs[2], version: '1', outcome: 'differs' },
      ],
      chosen: 1,
    });
  });
});

describe('scans of a build', () => {
  it('are made once of what was built, and again of a tree with something else in it', async () => {
    const plan = planFor('a', ['y']);
    const { scans, ran, built } = open({ a: [['x'], ['y'], ['z']] });
    await scans.find(plan, built);
    await scans.find(plan, treeOf(built.entries));
    await scans.outcome(plan);
    assert.deepEqual(ran, ['a one', 'a two', 'a three']);
    const other = treeOf([...built.entries, file('a', contentOf(Buffer.from('other')))]);
    assert.deepEqual(
      (await scans.find(plan, other)).found.map(({ element }) => element.name),
      ['y'],
    );
    assert.deepEqual(ran.slice(3), ['a two']);
  });

  it('fail with the failure of the program that is taken', async () => {
    const plan = planFor('a', ['y']);
    const { scans, built } = open({ a: [null, null, null] });
    await assert.rejects(
      scans.find(plan, built),
      (failure) => failure instanceof Failure && failure.code === 'unsupported',
    );
  });

  it('are ended by what ends the run', async () => {
    const plan = planFor('a', []);
    const scans = openScans(
      () => treeOf([]),
      async () => {
        throw new Failure('cancelled', 'the scan was cancelled');
      },
    );
    await assert.rejects(
      scans.outcome(plan),
      (failure) => failure instanceof Failure && failure.code === 'cancelled',
    );
  });

  it('are none where no program is planned', async () => {
    const { plan } = planned();
    assert.equal(
      await openScans(
        () => treeOf([]),
        () => assert.fail(),
      ).outcome(plan),
      undefined,
    );
  });
});
