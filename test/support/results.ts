/** Results made by hand: every verdict, every kind of difference and part. */

import type { Cause, CauseKind } from '../../src/compare/cause.ts';
import type { EqualFiles } from '../../src/compare/compare-files.ts';
import type { UnequalComparison } from '../../src/compare/comparison.ts';
import { type Difference, type DifferenceKind, differenceTitles } from '../../src/compare/difference.ts';
import {
  type FormatName,
  formatTitles,
  type Part,
  type PartKind,
  partTitles,
} from '../../src/compare/part.ts';
import { type Sha256, sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import { type Plan, type PlannedBuilder, planIdentity } from '../../src/plan/plan.ts';
import type { PackageResult, Subject } from '../../src/verdict/result.ts';
import type { StatedPackage, StatedVerdict } from '../../src/verdict/stated.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';
import { architecture, keyName, packageName, packageVersion } from './names.ts';

export const digest = (text: string): Sha256 => sha256(Buffer.from(text));

export function difference(
  kind: DifferenceKind,
  path: string,
  details: Partial<Difference> = {},
): Difference {
  return { section: 'data', kind, path, ...details };
}

export function part(kind: PartKind, place: string, details: Partial<Part> = {}): Part {
  return { format: 'text', kind, place, ...details };
}

export function cause(kind: CauseKind, details: Partial<Cause> = {}): Cause {
  return {
    kind,
    confidence: 'likely',
    place: '',
    published: undefined,
    rebuilt: undefined,
    why: 'it looks so',
    ...details,
  };
}

/** One difference of each kind. */
export function everyDifference(): Difference[] {
  return (Object.keys(differenceTitles) as DifferenceKind[]).map((kind, index) =>
    difference(kind, `usr/share/every/${index}`, {
      section: index % 2 === 0 ? 'data' : 'control',
      published: `published ${kind}`,
      rebuilt: `rebuilt ${kind}`,
      ...(kind === 'xattr' || kind === 'pax-record' || kind === 'field' ? { name: `name-${kind}` } : {}),
    }),
  );
}

/** One part of each kind and one of each format. */
export function everyPart(): Part[] {
  const kinds = (Object.keys(partTitles) as PartKind[]).map((kind) => partOfKind(kind));
  const formats = (Object.keys(formatTitles) as FormatName[]).map((format) =>
    part('value', `of ${format}`, { format, published: '1', rebuilt: '2' }),
  );
  return [...kinds, ...formats];
}

function partOfKind(kind: PartKind): Part {
  switch (kind) {
    case 'value':
      return part(kind, 'header flags', { format: 'elf', published: '0x1', rebuilt: '0x3', note: 'one bit' });
    case 'missing':
      return part(kind, 'META-INF/one', { format: 'zip', published: '12 bytes' });
    case 'extra':
      return part(kind, 'META-INF/two', { format: 'zip', rebuilt: '13 bytes' });
    case 'order':
      return part(kind, 'members', { format: 'tar', published: 'a, b', rebuilt: 'b, a' });
    case 'moved':
      return part(kind, 'old/name', { format: 'zip', published: 'old/name', rebuilt: 'new/name' });
    case 'text':
      return textPart('build.log');
    case 'bytes':
      return bytesPart('.rodata');
    case 'inside':
      return part(kind, 'inner.tar', {
        format: 'tar',
        children: [textPart('inner.txt'), bytesPart('inner.bin')],
      });
    case 'unread':
      return part(kind, 'huge.bin', { format: 'binary', note: 'larger than 96 MiB' });
  }
}

export function textPart(place: string): Part {
  const plain = (text: string) => [{ text, changed: false }];
  return part('text', place, {
    lines: [
      {
        publishedStart: 41,
        rebuiltStart: 41,
        lines: [
          { side: 'both', pieces: plain('Compiled with cc 14.2.0 for x86_64-linux-musl') },
          {
            side: 'published',
            pieces: [
              ...plain('Built on '),
              { text: 'Sat Jun 15 12:00:03', changed: true },
              ...plain(' UTC by melange'),
            ],
          },
          { side: 'published', pieces: plain('in /tmp/tmp.Xk3ah1') },
          {
            side: 'rebuilt',
            pieces: [
              ...plain('Built on '),
              { text: 'Mon Nov 23 09:41:07', changed: true },
              ...plain(' UTC by melange'),
            ],
          },
          { side: 'both', pieces: plain('') },
        ],
      },
    ],
  });
}

export function bytesPart(place: string): Part {
  return part('bytes', place, {
    format: 'binary',
    windows: [
      {
        publishedOffset: 0x1a40,
        rebuiltOffset: 0x1a48,
        published: '4a756e2031352032303234002f746d702f746d702e586b3361683100000000ff',
        rebuilt: '4e6f762032332032303236002f746d702f746d702e5a7137622e320000000000',
        length: 21,
      },
      { publishedOffset: 0x2000, rebuiltOffset: 0x2000, published: '00', rebuilt: '', length: undefined },
    ],
  });
}

export function unequal(
  differences: readonly Difference[],
  details: Partial<UnequalComparison> = {},
): UnequalComparison {
  const sections = (['signature', 'control', 'data'] as const).map((section) => {
    const own = differences.filter((each) => each.section === section);
    return {
      section,
      likeness: own.length === 0 ? ('identical' as const) : ('different' as const),
      differences: own,
    };
  });
  return {
    files: {
      equal: false,
      published: { sha256: digest('published'), size: 5126 },
      rebuilt: { sha256: digest('rebuilt'), size: 5129 },
      firstDifference: 341,
    },
    sections,
    equivalence: 'content',
    sbom: 'identical',
    sbomPath: 'var/lib/db/sbom/sample-1.0-r0.spdx.json',
    sbomDifferences: [],
    ...details,
  };
}

/** A result as a run would have it of a file: its subject and its verdict are about the same. */
export function about<R extends StatedPackage>(
  result: R,
  { sha256: digestOfFile, size = 5126, ...more }: Partial<Subject> & { readonly sha256: Sha256 },
): R {
  const { subject, verdict } = result;
  const published = { sha256: digestOfFile, size };
  const unnamed = { name: undefined, version: undefined, architecture: undefined };
  return {
    ...result,
    subject: { ...unnamed, ...subject, ...more, ...published },
    verdict: verdictAbout(verdict, published),
  };
}

function verdictAbout(verdict: StatedVerdict, published: EqualFiles | Pick<Subject, 'sha256' | 'size'>) {
  if (verdict.kind === 'reproduced') return { ...verdict, proof: published };
  if (!('comparison' in verdict) || verdict.comparison === undefined) return verdict;
  const { comparison } = verdict;
  return { ...verdict, comparison: { ...comparison, files: { ...comparison.files, published } } };
}

export function packageResult(
  file: string,
  verdict: Verdict,
  details: Partial<PackageResult> = {},
): PackageResult {
  const result: PackageResult = {
    file,
    verdict,
    subject: {
      sha256: digest(file),
      size: verdict.kind === 'reproduced' ? verdict.proof.size : 5126,
      name: 'nr-wallclock',
      version: '1.0.0-r0',
      architecture: 'x86_64',
    },
    chain: [
      { link: 'package-signature', state: 'verified', detail: 'RSA256 signature of lab.rsa.pub' },
      { link: 'datahash', state: 'verified', detail: digest('data') },
    ],
    findings: [],
    plan: undefined,
    sbom: undefined,
    caveats: [],
    skipped: [],
    ...details,
  };
  return result.subject === undefined ? result : about(result, result.subject);
}

export function reproduced(file = 'packages/hello-1.0-r0.apk'): PackageResult {
  const proof = { sha256: digest(file), size: 3499 } as EqualFiles;
  const signature = { kind: 'valid', keyName: 'lab.rsa.pub', algorithm: 'RSA256' } as const;
  return packageResult(
    file,
    { kind: 'reproduced', proof, signature },
    { sbom: 'identical', plan: planned() },
  );
}

export function notReproduced(
  differences: readonly Difference[],
  file = 'packages/nr-wallclock-1.0.0-r0.apk',
): PackageResult {
  const comparison = unequal(differences);
  return packageResult(
    file,
    { kind: 'not-reproduced', reason: comparison.equivalence, comparison },
    { sbom: comparison.sbom, plan: planned() },
  );
}

export function rejected(file = 'packages/changed-1.0-r0.apk'): PackageResult {
  const failure = new Failure('datahash-mismatch', 'the data section is not the one that .PKGINFO records', {
    expected: digest('expected'),
    got: digest('got'),
  });
  const broken = {
    link: 'datahash',
    state: 'broken',
    reason: 'datahash-mismatch',
    detail: failure.message,
  } as const;
  return packageResult(file, { kind: 'rejected', reason: 'datahash-mismatch', failure }, { chain: [broken] });
}

export function buildFailed(file = 'packages/failing-1.0-r0.apk'): PackageResult {
  const got = Array.from({ length: 40 }, (_, line) => `line ${line} of the output`).join('\n');
  const failure = new Failure('step-failed', 'step 2 (build) ended with exit status 1', {
    expected: '0',
    got,
  });
  return packageResult(file, { kind: 'build-failed', reason: 'step-failed', failure }, { plan: planned() });
}

/** A defect of the program stands where the verdict would. */
export function notJudged(file = 'packages/odd-1.0-r0.apk'): PackageResult {
  const failure = new Failure('internal', 'wolfi-repro has a defect: TypeError: it is undefined');
  return packageResult(file, { kind: 'internal', reason: 'internal', failure }, { plan: planned() });
}

export function inconclusive(
  differences: readonly Difference[] = [],
  file = 'packages/other-1.0-r0.apk',
): PackageResult {
  const failure = new Failure(
    'environment-substituted',
    'the bytes differ, but the environment was not the recorded one',
    {
      hint: 'give the recorded environment with --repository',
    },
  );
  const reason = 'environment-substituted';
  const comparison = differences.length === 0 ? {} : { comparison: unequal(differences) };
  return packageResult(
    file,
    { kind: 'inconclusive', reason, failure, ...comparison },
    {
      ...(differences.length === 0 ? { subject: undefined } : {}),
      caveats: ['the environment is this machine’s own'],
      skipped: [{ path: 'usr/lib/odd.so', reason: 'not-decompressed' }],
      findings: [{ kind: 'clock-missing', detail: 'no builddate' }],
    },
  );
}

/** The plan of a package of the lab, as far as reports read it. */
export function planned(): NonNullable<PackageResult['plan']> {
  const builder: PlannedBuilder = {
    melange: 'v0.59.1',
    melangeBasis: 'release',
    melangeTried: [],
    printedVersion: 'v0.59.1',
    sbomGenerator: 'melange',
    sbomRecord: null,
    scan: null,
    deflate: 'v1.18.2',
    directorySize: 'ext4',
    largeDirectories: null,
    clock: 1_718_452_800,
    zoneOffsetMinutes: 0,
    owner: { uid: 0, gid: 0 },
    namespace: 'wolfi',
    recipeFile: {
      repository: 'https://example.invalid/recipes',
      path: 'nr-wallclock.yaml',
      commit: '0'.repeat(40),
    },
    recipeNamesCommit: false,
    recipeLicense: 'Apache-2.0',
    extractedOrder: [],
    signature: { algorithm: 'RSA256', keyName: keyName('lab.rsa.pub') },
    versionedShlibDepends: false,
    fromPublished: null,
  };
  const plan: Plan = {
    schema: 'wolfi-repro/plan/1',
    package: {
      name: packageName('nr-wallclock'),
      version: packageVersion('1.0.0-r0'),
      architecture: architecture('x86_64'),
    },
    origin: 'nr-wallclock',
    recipe: { sha256: digest('recipe'), size: 512 },
    builder,
    environment: { kind: 'recorded', packages: [] },
    sources: [],
    recipeFiles: [],
    steps: [],
  };
  return { identity: planIdentity(plan), plan };
}
