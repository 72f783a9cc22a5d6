import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { digestFound } from '../../src/emit/sbom/production/found-packages.ts';
import {
  type KeptScan,
  renderKeptScan,
  type ScanToKeep,
  scannedDigest,
} from '../../src/emit/sbom/production/kept-scan.ts';
import { foundPackage } from '../../src/emit/sbom/production/language/found-element.ts';
import { nodeRecords } from '../../src/emit/sbom/production/language/node-packages.ts';
import type { LibraryPackage } from '../../src/emit/sbom/production/production-document.ts';
import type { PrintedPackage, SyftListing } from '../../src/emit/sbom/production/syft-output.ts';
import { openScans, type Scans, type TriedScan } from '../../src/engine/scans.ts';
import { type Tree, type TreeEntry, treeOf } from '../../src/execute/tree.ts';
import { Failure } from '../../src/failure.ts';
import { contentOf } from '../../src/formats/content.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { architecture, packageName, packageVersion } from '../support/names.ts';
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
    builder: { ...plan.builder, sbomGenerator: 'production', scan: { programs, kept: [], found } },
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
  const scans = openScans({
    builtTree: () => built,
    scanTree: async ({ package: { name } }, _, place) => {
      ran.push(`${name} ${names[place]}`);
      const found = finds[name]![place];
      if (found === null || found === undefined) throw new Failure('unsupported', 'it fails');
      return listingOf(...found);
    },
    kept: new Map(),
  });
  return { scans, ran, built };
}

async function chosenFor(
  finds: Readonly<Record<string, readonly (readonly string[] | null)[]>>,
  published: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const plans = Object.entries(published).map(([name, elements]) => planFor(name, elements));
  const outcome = await open(finds).scans.outcome(plans[0]!);
  return names[outcome!.chosen ?? -1]!;
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

  it('all are reported with their outcome', async () => {
    const plan = planFor('a', ['y']);
    const { scans } = open({ a: [null, ['y'], ['z']] });
    assert.deepEqual(await scans.outcome(plan), {
      tried: [
        { sha256: programs[0], version: '', kept: null, outcome: 'failed' },
        { sha256: programs[1], version: '1', kept: null, outcome: 'fits' },
        { sha256: programs[2], version: '1', kept: null, outcome: 'differs' },
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
      (await scans.find(plan, other))!.found.map(({ element }) => element.name),
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

  it('end when the run ends', async () => {
    const plan = planFor('a', []);
    const scans = openScans({
      builtTree: () => treeOf([]),
      scanTree: async () => {
        throw new Failure('cancelled', 'the scan was cancelled');
      },
      kept: new Map(),
    });
    await assert.rejects(
      scans.outcome(plan),
      (failure) => failure instanceof Failure && failure.code === 'cancelled',
    );
  });

  it('are none where no program is planned', async () => {
    const { plan } = planned();
    assert.equal(
      await openScans({
        builtTree: () => treeOf([]),
        scanTree: () => assert.fail(),
        kept: new Map(),
      }).outcome(plan),
      undefined,
    );
  });
});

/** A tree with something that only a scan tells of, and the package of Node that its file shows. */
const manifest = contentOf(Buffer.from('{"name":"shown","version":"1.0.0","license":"MIT"}'));
const shownFile = file('usr/lib/node_modules/shown/package.json', manifest);
const jar = treeOf([file('usr/share/a.jar')]);
const jarAndShown = treeOf([file('usr/share/a.jar'), shownFile]);

const shownElement: LibraryPackage = (() => {
  const [record] = nodeRecords(treeOf([shownFile]), shownFile.path, 0)!;
  return foundPackage(record!, { generation: 0, guessesCpes: true, root: '/' }).element;
})();
const withCpe = [
  {
    referenceCategory: 'SECURITY',
    referenceType: 'cpe23Type',
    referenceLocator: 'cpe:2.3:a:known:shown:1.0.0',
  },
  ...shownElement.externalRefs!.filter(({ referenceType }) => referenceType === 'purl'),
];

const keptOf = (tree: Tree, ...found: readonly string[]): KeptScan => keptListing(tree, listingOf(...found));

const keptListing = (tree: Tree, listing: SyftListing): KeptScan => {
  const scan: ScanToKeep = {
    package: {
      name: packageName('a'),
      version: packageVersion('1-r0'),
      architecture: architecture('x86_64'),
    },
    tree: scannedDigest(tree),
    program: programs[0]!,
    listing,
  };
  return { ...scan, sha256: sha256(renderKeptScan(scan)) };
};

interface KeptCase {
  readonly rule: string;
  readonly built: Tree;
  readonly kept: readonly KeptScan[];
  /** What each program lists. */
  readonly programs?: readonly (readonly string[])[];
  readonly published: readonly string[];
  readonly chosen: number | null;
  readonly outcomes: readonly TriedScan['outcome'][];
}

const keptCases: readonly KeptCase[] = [
  {
    rule: 'is used where it lists what production found in the tree that was built',
    built: jar,
    kept: [keptOf(jar, 'x')],
    published: ['x'],
    chosen: 0,
    outcomes: ['fits'],
  },
  {
    rule: 'of nothing is used where production found nothing and the files do not show that',
    built: jar,
    kept: [keptOf(jar)],
    published: [],
    chosen: 0,
    outcomes: ['fits'],
  },
  {
    rule: 'is not used for a different tree',
    built: jar,
    kept: [keptOf(treeOf([file('usr/share/b.jar')]), 'x')],
    published: ['x'],
    chosen: null,
    outcomes: ['other-tree'],
  },
  {
    rule: 'is not used where it lists something else',
    built: jar,
    kept: [keptOf(jar, 'y')],
    published: ['x'],
    chosen: null,
    outcomes: ['differs'],
  },
  {
    rule: 'is not used where it leaves out what a file shows, although production’s document does so, too',
    built: jarAndShown,
    kept: [keptOf(jarAndShown, 'x')],
    published: ['x'],
    chosen: null,
    outcomes: ['incomplete'],
  },
  {
    rule: 'is not needed where there is nothing to find',
    built: treeOf([file('a')]),
    kept: [keptOf(treeOf([file('a')]))],
    published: [],
    chosen: null,
    outcomes: ['fits'],
  },
  {
    rule: 'is used where it is the second that fits',
    built: jar,
    kept: [keptOf(jar, 'y'), keptOf(jar, 'x')],
    published: ['x'],
    chosen: 1,
    outcomes: ['differs', 'fits'],
  },
  {
    rule: 'is not used where a program here finds the same',
    built: jar,
    kept: [keptOf(jar, 'x')],
    programs: [['x']],
    published: ['x'],
    chosen: 0,
    outcomes: ['fits', 'fits'],
  },
  {
    rule: 'is used where no program here finds what production found',
    built: jar,
    kept: [keptOf(jar, 'x')],
    programs: [['y'], []],
    published: ['x'],
    chosen: 2,
    outcomes: ['differs', 'differs', 'fits'],
  },
  {
    rule: 'has no say where nothing fits',
    built: jar,
    kept: [keptOf(jar, 'z')],
    programs: [['y']],
    published: ['x'],
    chosen: 0,
    outcomes: ['differs', 'differs'],
  },
];

describe('a scan that was kept', () => {
  for (const each of keptCases) {
    it(each.rule, async () => {
      const { scans, plan } = openKept(each);
      const { tried, chosen } = (await scans.outcome(plan))!;
      assert.deepEqual(
        tried.map(({ outcome }) => outcome),
        each.outcomes,
      );
      assert.equal(chosen, each.chosen);
      const found = await scans.find(plan, each.built);
      assert.equal(found === undefined, chosen === null);
      if (chosen !== null && tried[chosen]!.outcome === 'fits')
        assert.deepEqual(
          found!.found.map(({ element }) => element.name),
          each.published,
        );
    });
  }

  const changes: readonly (readonly [what: string, more: Partial<LibraryPackage>, outcome: string])[] = [
    ['nothing', {}, 'fits'],
    ['its CPEs, which a dictionary may know', { externalRefs: withCpe }, 'fits'],
    ['its licence', { licenseDeclared: 'GPL-2.0-only' }, 'incomplete'],
    ['its id', { SPDXID: `${shownElement.SPDXID.slice(0, -1)}0` }, 'incomplete'],
    ['its address', { downloadLocation: 'https://lab.example' }, 'incomplete'],
  ];
  for (const [what, more, outcome] of changes) {
    it(`has of what a file shows what the file shows, although production’s document says the same: changed is ${what}`, async () => {
      const elements = [
        printedPackage('x'),
        { element: { ...shownElement, ...more }, type: 'npm', artifact: {} },
      ];
      const kept = keptListing(jarAndShown, { version: '1', printed: elements, extracted: [] });
      const opened = openKept({ ...keptCases[0]!, built: jarAndShown, kept: [kept] });
      const found = digestFound(elements.map(({ element }) => element));
      const { builder } = opened.plan;
      const plan = { ...opened.plan, builder: { ...builder, scan: { ...builder.scan!, found } } };
      assert.equal((await opened.scans.outcome(plan))!.tried[0]!.outcome, outcome);
    });
  }

  it('says nothing about a tree with something else in it, such as a counterfactual', async () => {
    const { scans, plan } = openKept(keptCases[0]!);
    assert.equal(await scans.find(plan, treeOf([...jar.entries, file('b')])), undefined);
  });
});

function openKept({ built, kept, published, programs: listings = [] }: KeptCase): {
  scans: Scans;
  plan: Plan;
} {
  const plan = planFor('a', published);
  const planned = kept.map(({ sha256: digest, tree, program, listing }) => ({
    sha256: digest,
    tree,
    program,
    version: listing.version,
  }));
  const scan = { ...plan.builder.scan!, programs: programs.slice(0, listings.length), kept: planned };
  const scans = openScans({
    builtTree: () => built,
    scanTree: async (_, __, place) => listingOf(...listings[place]!),
    kept: new Map(kept.map((each) => [each.sha256, each])),
  });
  return { scans, plan: { ...plan, builder: { ...plan.builder, scan } } };
}
