/** What a package, an index or two contents may have more of, and what is done with it. */

import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { compareContent } from '../../src/compare/comparators/comparators.ts';
import { comparePackages } from '../../src/compare/compare.ts';
import { defaultCompareLimits } from '../../src/compare/compare-limits.ts';
import type { Difference } from '../../src/compare/difference.ts';
import { isLicenseExpression } from '../../src/emit/sbom/license-expression.ts';
import { causesOf } from '../../src/explain/causes/detectors.ts';
import { nothingBuiltAgain } from '../../src/explain/causes/evidence.ts';
import { compareVersions } from '../../src/repository/package-version.ts';
import { scanRecords } from '../../src/repository/records.ts';
import {
  type ApkParts,
  apkOf,
  directoryOf,
  fileOf,
  linkOf,
  type Part,
  sourceOf,
  tarOf,
} from './apk-builder.ts';
import { claimLines, claimParts, recipeText, sbomPart } from './claims.ts';
import { elfOf, noteOf, stringTable, symbolOf } from './elf-builder.ts';
import { readFrontOf } from './front.ts';
import { processorMilliseconds } from './processor-time.ts';
import { arOf, zipOf } from './samples.ts';

export interface Dimension {
  readonly name: string;
  /** How much of it takes some tens of milliseconds. */
  readonly size: number;
  /** Makes the material, which is not timed, and returns what is. */
  readonly prepare: (size: number) => () => unknown;
}

const list = <Value>(size: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: size }, (_, index) => make(index));

function front(name: string, size: number, parts: (size: number) => ApkParts): Dimension {
  return {
    name,
    size,
    prepare: (count) => {
      const bytes = apkOf(claimParts(parts(count)));
      return () => readFrontOf(bytes);
    },
  };
}

function recipe(name: string, size: number, more: (size: number) => string): Dimension {
  return front(name, size, (count) => ({
    control: [{ name: '.melange.yaml', content: `${recipeText}${more(count)}` }],
  }));
}

const data = (size: number, make: (index: number) => Part): ApkParts => ({
  data: [...list(size, make), sbomPart()],
});

const longPath = (part: string, index: number) => `${`${part}/`.repeat(120)}f${index}`;

const document = (size: number, member: string, value: (index: number) => unknown): ApkParts => {
  const sbom = JSON.parse(String(sbomPart().content)) as Record<string, unknown>;
  const more = [...((sbom[member] as unknown[] | undefined) ?? []), ...list(size, value)];
  return { data: [sbomPart(JSON.stringify({ ...sbom, [member]: more }))] };
};

const sbomPackage = (index: number) => ({
  SPDXID: `SPDXRef-Package-x-${index}`,
  name: `x${index}`,
  versionInfo: '1',
  downloadLocation: 'NOASSERTION',
  externalRefs: [
    { referenceCategory: 'PACKAGE_MANAGER', referenceType: 'purl', referenceLocator: `pkg:apk/x@${index}` },
  ],
});

/** From the file to the claim, and what `inspect` prints of it. */
const ofFront: readonly Dimension[] = [
  front('entries', 600, (size) => data(size, (index) => fileOf(`usr/f${index}`, 'x'))),
  front('folders', 600, (size) => data(size, (index) => directoryOf(`usr${index}`))),
  front('links', 600, (size) => data(size, (index) => linkOf(`usr/l${index}`, '../x'))),
  front('hard links', 600, (size) =>
    data(size, (index) => (index === 0 ? fileOf('f', 'x') : { name: `l${index}`, type: '1', link: 'f' })),
  ),
  front('depth', 200, (size) =>
    data(size, (index) => ({ name: 'f', pax: [['path', longPath('d', index)]] })),
  ),
  front('folders that are implied', 100, (size) =>
    data(size, (index) => ({ name: 'f', pax: [['path', longPath(`d${index}`, 0)]] })),
  ),
  front('length of names', 1000, (size) =>
    data(30, (index) => ({ name: 'f', pax: [['path', `${index}${'n'.repeat(Math.min(size, 4000))}`]] })),
  ),
  front('attributes', 1000, (size) =>
    data(1, () =>
      fileOf('f', 'x', { pax: list(size, (index) => [`SCHILY.xattr.user.a${index}`, 'v'] as const) }),
    ),
  ),
  front('length of an attribute', 100_000, (size) =>
    data(1, () => fileOf('f', 'x', { pax: [['SCHILY.xattr.user.a', 'v'.repeat(size)]] })),
  ),
  front('entries beside as many lines of .PKGINFO', 4000, (size) => ({
    ...data(size, (index) => fileOf(`f${index}`, 'x')),
    pkginfo: [...claimLines, ...list(size, (index) => `depend = d${index}`)],
  })),
  front('lines of .PKGINFO', 20_000, (size) => ({
    pkginfo: [...claimLines, ...list(size, (index) => `k${index} = v`)],
  })),
  front('lines of .PKGINFO alike', 20_000, (size) => ({
    pkginfo: [...claimLines, ...list(size, () => 'depend = v')],
  })),
  front('licences of .PKGINFO', 20_000, (size) => ({
    pkginfo: [...claimLines, ...list(size, (index) => `license = L${index}`)],
  })),
  front('length of a line of .PKGINFO', 1_000_000, (size) => ({
    pkginfo: [...claimLines, `depend = ${'v'.repeat(size)}`],
  })),
  front('control files', 600, (size) => ({
    control: [
      { name: '.melange.yaml', content: recipeText },
      ...list(size, (index) => ({ name: `.f${index}`, content: 'x' })),
    ],
  })),
  front('packages of the SBOM', 500, (size) => document(size, 'packages', sbomPackage)),
  front('packages of the SBOM alike', 500, (size) => document(size, 'packages', () => sbomPackage(0))),
  front('relationships of the SBOM', 2000, (size) =>
    document(size, 'relationships', (index) => ({
      spdxElementId: `SPDXRef-${index}`,
      relationshipType: 'CONTAINS',
      relatedSpdxElement: 'SPDXRef-DOCUMENT',
    })),
  ),
  front('licence texts of the SBOM', 1000, (size) =>
    document(size, 'hasExtractedLicensingInfos', (index) => ({
      licenseId: `LicenseRef-${index}`,
      extractedText: 'text',
    })),
  ),
  recipe('steps', 600, (size) => `test:\n  pipeline:\n${'    - runs: "true"\n'.repeat(size)}`),
  recipe('length of a step', 100_000, (size) => `test:\n  pipeline:\n    - runs: "${'x'.repeat(size)}"\n`),
  recipe(
    'lines of a step',
    8000,
    (size) => `test:\n  pipeline:\n    - runs: |\n${'        true\n'.repeat(size)}`,
  ),
  recipe(
    'packages of the environment',
    1000,
    (size) =>
      `environment:\n  contents:\n    packages:\n${list(size, (index) => `      - p${index}=1-r0\n`).join('')}`,
  ),
  recipe('subpackages', 300, (size) =>
    list(size, (index) => `  - name: s${index}\n    commit: ${'c'.repeat(40)}\n`).join(''),
  ),
  recipe('keys of a mapping', 1000, (size) => `vars:\n${list(size, (index) => `  k${index}: v\n`).join('')}`),
  recipe('keys that are not known', 1000, (size) => list(size, (index) => `k${index}: v\n`).join('')),
];

function pair(name: string, size: number, make: (size: number, side: 'a' | 'b') => ApkParts): Dimension {
  return {
    name,
    size,
    prepare: (count) => {
      const [left, right] = (['a', 'b'] as const).map((side) => apkOf(claimParts(make(count, side))));
      return () => comparePackages(sourceOf(left!), sourceOf(right!));
    },
  };
}

function contents(
  name: string,
  size: number,
  path: string,
  make: (size: number, side: 'a' | 'b') => Uint8Array | string,
): Dimension {
  return {
    name,
    size,
    prepare: (count) => {
      const [left, right] = (['a', 'b'] as const).map((side) => Buffer.from(make(count, side)));
      return () => compareContent(path, left!, right!, defaultCompareLimits);
    },
  };
}

const section = (name: string, type: number, bytes: Uint8Array, more = {}) => ({
  name,
  type,
  bytes,
  ...more,
});

function symbols(size: number, side: string): Buffer {
  const names = stringTable(list(size, (index) => `${side}${index}`));
  const table = list(size, (index) => symbolOf(names.offsetOf(`${side}${index}`), index, 8, 1));
  return elfOf([
    section('.text', 1, Buffer.alloc(16)),
    section('.strtab', 3, names.bytes),
    section('.symtab', 2, Buffer.concat(table), { link: '.strtab', entrySize: 24 }),
  ]);
}

/** Two packages, and two contents of a format. */
const ofComparison: readonly Dimension[] = [
  pair('files that differ', 100, (size, side) => data(size, (index) => fileOf(`f${index}`, side))),
  pair('files that are moved', 600, (size, side) =>
    data(size, (index) => fileOf(`${side}/f${index}`, `${index}`)),
  ),
  pair('files that are moved and alike', 600, (size, side) =>
    data(size, (index) => fileOf(`${side}/${side}${index}`, 'x')),
  ),
  pair('files of one side', 600, (size, side) =>
    data(side === 'a' ? size : 1, (index) => fileOf(`f${index}`, 'x')),
  ),
  pair('modes that differ', 600, (size, side) =>
    data(size, (index) => fileOf(`f${index}`, 'x', { mode: side === 'a' ? 0o644 : 0o664 })),
  ),
  pair('files in another order', 600, (size, side) =>
    data(size, (index) => fileOf(`f${side === 'a' ? index : size - index}`, 'x')),
  ),
  pair('lines of .PKGINFO that differ', 10_000, (size, side) => ({
    pkginfo: [...claimLines, ...list(size, (index) => `k${index} = ${side}`)],
  })),
  pair('attributes that differ', 1000, (size, side) =>
    data(1, () =>
      fileOf('f', 'x', { pax: list(size, (index) => [`SCHILY.xattr.user.a${index}`, side] as const) }),
    ),
  ),
  pair('packages of the SBOM that differ', 500, (size, side) =>
    document(size, 'packages', (index) => ({ ...sbomPackage(index), name: side })),
  ),
  pair('relationships that differ', 2000, (size, side) =>
    document(size, 'relationships', (index) => ({
      spdxElementId: `SPDXRef-${index}`,
      relationshipType: side,
      relatedSpdxElement: 'x',
    })),
  ),
  contents('notes', 3000, 'a.so', (size, side) =>
    elfOf([section('.note.x', 7, Buffer.concat(list(size, () => noteOf('X', 1, Buffer.from(side)))))]),
  ),
  contents('zeros of a note', 200_000, 'a.so', (size, side) =>
    elfOf([section('.note.x', 7, noteOf(`${'\0'.repeat(size)}${side}`, 1, Buffer.alloc(4)))]),
  ),
  contents('sections', 300, 'a.so', (size, side) =>
    elfOf(list(size, (index) => section(`.s${index}`, 1, Buffer.from(side)))),
  ),
  contents('symbols', 2000, 'a.so', symbols),
  contents('members of an ar archive', 1000, 'a.a', (size, side) =>
    arOf(list(size, (index) => [`m${index}`, side, 1] as const)),
  ),
  contents('members of a zip archive', 1000, 'a.zip', (size, side) =>
    zipOf(list(size, (index) => [`m${index}`, side, 1] as const)),
  ),
  contents('members that are moved', 1000, 'a.zip', (size, side) =>
    zipOf(list(size, (index) => [`${side}${index}`, 'x', 1] as const)),
  ),
  contents('members of a tar archive', 600, 'a.tar', (size, side) =>
    tarOf(list(size, (index) => ({ name: `m${index}`, content: side }))),
  ),
  contents('members of a gzip file', 300, 'a.gz', (size, side) =>
    Buffer.concat(list(size, () => gzipSync(side))),
  ),
  contents('lines that differ', 4000, 'a.txt', (size, side) =>
    list(size, (index) => `${side}${index}\n`).join(''),
  ),
  contents('lines that are moved', 4000, 'a.txt', (size, side) =>
    list(size, (index) => `${side === 'a' ? index : size - index}\n`).join(''),
  ),
  contents('words of a line', 4000, 'a.txt', (size, side) =>
    list(size, (index) => `${side}${index}`).join(' '),
  ),
  contents('members of JSON', 3000, 'a.json', (size, side) =>
    JSON.stringify(Object.fromEntries(list(size, (index) => [`k${index}`, side]))),
  ),
  contents('items of JSON', 3000, 'a.json', (size, side) =>
    JSON.stringify(list(size, (index) => `${side}${index}`)),
  ),
  contents('items of YAML', 1000, 'a.yaml', (size, side) =>
    list(size, (index) => `- ${side}${index}\n`).join(''),
  ),
  contents(
    'elements of XML',
    3000,
    'a.xml',
    (size, side) => `<a>${list(size, (index) => `<b c="${side}${index}"/>`).join('')}</a>`,
  ),
  contents(
    'strings of a binary',
    4000,
    'a.bin',
    (size, side) => `\0\x01${list(size, (index) => `${side}string${index}\0\0`).join('')}`,
  ),
  contents(
    'objects of a PDF',
    500,
    'a.pdf',
    (size, side) =>
      `%PDF-1.4\n${list(size, (index) => `${index + 1} 0 obj\n<< /K (${side}) >>\nendobj\n`).join('')}%%EOF\n`,
  ),
];

/** Causes of as many differences, with as many lines of steps that say something of each. */
function causes(
  name: string,
  size: number,
  line: (index: number) => string,
  words: (side: string, index: number) => string,
): Dimension {
  return {
    name,
    size,
    prepare: (count) => {
      const steps = [list(count, line).join('\n')];
      const all = list(
        count,
        (index): Difference => ({
          section: 'data',
          kind: 'content',
          path: `usr/f${index}`,
          published: 'a',
          rebuilt: 'b',
        }),
      );
      const context = {
        plan: { recipeFiles: [] } as never,
        steps,
        environment: new Map<string, string>(),
        facts: undefined,
        substituted: undefined,
        stability: nothingBuiltAgain,
      };
      return () =>
        all.map((each, index) =>
          causesOf(
            each,
            { published: Buffer.from(words('a', index)), rebuilt: Buffer.from(words('b', index)) },
            { differences: all },
            context,
          ),
        );
    },
  };
}

const ofCauses: readonly Dimension[] = [
  causes(
    'differences and steps that test for files',
    200,
    (index) => `[ -f in${index} ] && echo x > f${index}`,
    (side) => side,
  ),
  causes(
    'differences and steps that draw values',
    200,
    (index) => `uuidgen > f${index}`,
    (side) => `${side}1c2d3e4f5`,
  ),
  causes(
    'differences and steps that list folders',
    200,
    (index) => `find . > f${index}`,
    (side) => (side === 'a' ? 'x\ny' : 'y\nx'),
  ),
];

const record = (index: number, more = '') => `C:Q1${'x'.repeat(27)}=\nP:p${index}\nV:1-r0\n${more}\n`;

const ofRepositories: readonly Dimension[] = [
  {
    name: 'records of an index, all asked for',
    size: 3000,
    prepare: (size) => {
      const text = Buffer.from(list(size, (index) => record(index)).join(''));
      return () => {
        const records = scanRecords(text);
        return list(size, (index) => records.of(`p${index}=1-r0`));
      };
    },
  },
  {
    name: 'length of a record of an index',
    size: 100_000,
    prepare: (size) => {
      const long = record(500, `p:${'x '.repeat(size)}\n`);
      const text = Buffer.from([...list(500, (index) => record(index)), long].join(''));
      return () => {
        const records = scanRecords(text);
        return list(500, (index) => records.of(`p${index}=1-r0`));
      };
    },
  },
  {
    name: 'digits of a version',
    size: 100_000,
    prepare: (size) => () => compareVersions(`${'9'.repeat(size)}-r0`, `${'9'.repeat(size)}-r1`),
  },
  {
    name: 'parts of a version',
    size: 20_000,
    prepare: (size) => () => compareVersions(`1${'.1'.repeat(size)}-r0`, `1${'.1'.repeat(size)}-r1`),
  },
  {
    name: 'terms of a licence',
    size: 5000,
    prepare: (size) => () => isLicenseExpression(`MIT${' AND MIT'.repeat(size)}`, '2.7.0'),
  },
];

export const dimensions: readonly Dimension[] = [...ofFront, ...ofComparison, ...ofCauses, ...ofRepositories];

/** Milliseconds of this process's processor time for one size and for `factor` times as much, the least of so many rounds in turn. */
export async function growthOf(
  { prepare, size }: Dimension,
  factor: number,
  rounds: number,
): Promise<{ readonly once: number; readonly more: number; readonly ratio: number }> {
  const runs = [prepare(size), prepare(factor * size)] as const;
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, run] of runs.entries()) {
      const began = processorMilliseconds();
      await run();
      const taken = processorMilliseconds() - began;
      if (round >= 0) least[index] = Math.min(least[index]!, taken);
    }
  }
  const [once, more] = least;
  // What takes less than this is noise of the clock and of the collector.
  return { once, more, ratio: more / Math.max(once, 2) };
}
