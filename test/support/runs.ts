/** Runs made by hand: all that there is, very much of it, and the worst that a package can put into a report. */
import type { EqualFiles } from '../../src/compare/compare-files.ts';
import type { Part } from '../../src/compare/part.ts';
import { Failure } from '../../src/failure.ts';
import { type RefusalKind, ruleRefusals } from '../../src/verdict/acceptance.ts';
import { gapsIn } from '../../src/verdict/gaps.ts';
import { type PackageResult, type RunResult, runResult } from '../../src/verdict/result.ts';
import type { KnownRun } from '../../src/verdict/run-record.ts';
import { type StatedRun, statedRun } from '../../src/verdict/stated.ts';
import {
  buildFailed,
  bytesPart,
  cause,
  difference,
  digest,
  everyDifference,
  everyPart,
  inconclusive,
  notJudged,
  notReproduced,
  packageResult,
  part,
  rejected,
  reproduced,
  textPart,
  unequal,
} from './results.ts';

/** Strings that a package may hold and that no format may fall for. */
export const hostileStrings: Readonly<Record<string, string>> = {
  script: '</script><script>globalThis.hacked = 1</script><img src=x onerror="globalThis.hacked=1">',
  attribute: `" autofocus onfocus="globalThis.hacked=1" x='`,
  comment: '--><!-- ]]> <![CDATA[ </textarea></style></title>',
  entity: '&lt;b&gt; &#x0; &amp;amp; <!DOCTYPE x [<!ENTITY a "b">]>',
  terminal: '\u001b[2J\u001b]0;title\u0007\u009b31m\r\b\u0000\u007f',
  bidirectional: '\u202egpj.exe\u2066\u200f\u061c\u2028\u2029',
  surrogates: '\ud800 and \udcff alone, \ufffe \uffff, \udbff',
  invisible: 'a\u200bb\ufeffc\u00add\u{e0041}e',
  markdown:
    '`` ` ```\n# title\n| a | b |\n[x](javascript:alert(1)) ![y](http://example.invalid/z) @everyone #1 <b>',
  sarif: '{0} {1} [a](1) [link](http://example.invalid) \\',
  spreadsheet: '=1+1',
  newline: 'one\r\ntwo\nthree\n',
  prototype: '__proto__',
  empty: '',
};

/** What a counterfactual and further builds may come to. */
function insights(text: string): readonly Pick<PackageResult, 'explanation' | 'triangulation' | 'fixes'>[] {
  const change = { package: text, position: '2.1', line: 3, was: text, becomes: text };
  const places = [{ section: 'data', kind: 'xattr', path: text, name: text }] as const;
  const substitutions = [
    { kind: 'content', section: 'data', path: text, bytes: { different: 2, size: 29 } },
    { kind: 'field', section: 'control', path: '.PKGINFO', name: text },
  ] as const;
  return [
    {
      explanation: { explained: 'proven', substitutions, minimal: true, equivalence: 'content' },
      triangulation: {
        builds: 3,
        unstable: places,
        publishedOnly: places,
        factors: [
          { factor: 'clock', outcome: 'changes-bytes', differing: places, others: places },
          { factor: 'umask', outcome: 'no-change' },
          { factor: 'locale', outcome: 'build-failed', why: text },
          { factor: 'kernel', outcome: 'not-varied', why: text },
        ],
        held: [
          { held: ['hash-seed'], outcome: 'agrees', agreeing: places, asPublished: places },
          { held: ['hash-seed', 'clock'], outcome: 'no-change' },
          { held: ['locale'], outcome: 'build-failed', why: text },
          { held: ['kernel'], outcome: 'not-held', why: text },
        ],
      },
      fixes: {
        fixes: [{ cause: 'timestamp', advice: text, changes: [change] }],
        patch: text,
        trial: { outcome: 'unstable', places },
      },
    },
    {
      explanation: {
        explained: 'partly',
        substitutions,
        left: { firstDifference: 12, differences: [difference('content', text)] },
      },
    },
    {
      explanation: { explained: 'not-attempted', why: text },
      fixes: {
        fixes: [
          { cause: 'kernel', advice: text, changes: [] },
          { cause: 'umask', advice: text, changes: [change] },
        ],
        trial: { outcome: 'build-failed', why: text },
      },
    },
  ];
}

/** A run with every verdict, every kind of difference, part and cause. */
export function everything(): RunResult {
  const [proven] = insights('usr/share/nr/build-date');
  const differing = notReproduced([
    difference('field', '.PKGINFO', {
      section: 'control',
      name: 'datahash',
      published: digest('a'),
      rebuilt: digest('b'),
      followsFrom: { kind: 'data-section' },
    }),
    difference('content', 'usr/share/nr/build-date', {
      published: `sha256:${digest('c')}, 29 bytes`,
      rebuilt: `sha256:${digest('d')}, 29 bytes`,
      parts: everyPart(),
      causes: [
        cause('timestamp', {
          confidence: 'certain',
          place: 'line 42',
          published: 'Sat Jun 15 12:00:03 UTC 2024',
          rebuilt: 'Mon Nov 23 09:41:07 UTC 2026',
          why: 'both are dates, and the second is the time of this build',
        }),
        cause('build-path', {
          place: 'line 43',
          published: '/tmp/tmp.Xk3ah1',
          why: 'it is a name made by mktemp',
        }),
      ],
    }),
    ...everyDifference(),
  ]);
  return runResult([
    {
      ...reproduced(),
      taken: {
        repository: './repository',
        name: 'hello',
        version: '1.0-r0',
        architecture: 'x86_64',
        origin: 'hello-all',
      },
    },
    { ...differing, ...proven, scan: scanned('1.38.0') },
    buildFailed(),
    inconclusive([
      difference('mode', 'usr/bin/tool', { published: '0755', rebuilt: '4755', causes: [cause('umask')] }),
    ]),
    rejected(),
    notJudged(),
    ...gated('usr/share/nr/build-date'),
  ]);
}

const tool = { name: 'wolfi-repro', version: '0.1.0' };

/** What a run was asked for that judged shard `index` of `count`, of ten packages. */
export function shardRun(index: number, count: number, details: Partial<KnownRun> = {}): KnownRun {
  const asked = { list: digest('ten packages'), packages: 10, elsewhere: 7, unchanged: 1 };
  return { tool, asked: { ...asked, shard: { index, count } }, judged: 2, ended: true, ...details };
}

/** The same run, of which every kind of result is missing. */
export function incomplete(): StatedRun {
  const runs = [
    shardRun(1, 4),
    shardRun(2, 4, { ended: false, judged: 1 }),
    shardRun(1, 3, { tool: { ...tool, version: '0.2.0' } }),
    { judged: 3 },
  ];
  return statedRun(everything().packages, { runs, incomplete: { gaps: gapsIn(runs), isAllowed: false } });
}

/** Packages that a policy or a baseline lets through, and one that both look at in vain. */
function gated(text: string): PackageResult[] {
  const rule = { rule: 'nr-build-date', reason: text, owner: 'ann@example.org', until: '2027-02-28' };
  const { reason: _, ...named } = rule;
  const date = difference('content', text, { causes: [cause('timestamp')] });
  const was = { verdict: 'not-reproduced/content', causes: ['timestamp'] } as const;
  return [
    {
      ...notReproduced([date], 'packages/accepted-1.0-r0.apk'),
      policy: { digest: digest('policy'), accepted: [{ ...rule, differences: 1 }, rule] },
      baseline: { state: 'worse', was: { verdict: 'reproduced', causes: [] } },
    },
    { ...notReproduced([date], 'packages/known-1.0-r0.apk'), baseline: { state: 'same', was } },
    {
      ...notReproduced([date, difference('mode', text)], 'packages/refused-1.0-r0.apk'),
      policy: {
        digest: digest('policy'),
        accepted: [],
        refused: (Object.keys(ruleRefusals) as RefusalKind[]).map((why) => ({ ...named, why })),
        uncovered: { count: 1, example: { section: 'data', path: text, causes: ['unknown'] } },
      },
      baseline: { state: 'new' },
    },
  ];
}

function scanned(version: string): NonNullable<PackageResult['scan']> {
  return {
    tried: [
      { sha256: digest('another'), version: '', kept: null, outcome: 'failed' },
      { sha256: digest('syft'), version, kept: null, outcome: 'fits' },
      { sha256: digest('a third'), version: `${version}-rc1`, kept: digest('a scan'), outcome: 'other-tree' },
    ],
    chosen: 1,
  };
}

/** A package with that many differences, as a large one whose times all differ. */
export function manyDifferences(count: number): RunResult {
  const differences = Array.from({ length: count }, (_, index) => {
    const path = `usr/lib/python3.12/site-packages/package_${index % 97}/module_${index}.py`;
    if (index % 10 === 0) {
      return difference('content', path, {
        published: `sha256:${digest(`p${index}`)}, ${index} bytes`,
        rebuilt: `sha256:${digest(`r${index}`)}, ${index} bytes`,
        parts: [textPart(path), bytesPart(path)],
        causes: [cause(index % 20 === 0 ? 'timestamp' : 'build-path')],
      });
    }
    return index % 3 === 0
      ? difference('mode', path, { published: '0755', rebuilt: '0644' })
      : difference('mtime', path, { published: `${index}`, rebuilt: `${index + 1}` });
  });
  return runResult([notReproduced(differences)]);
}

/** A package with that many differences of which no two are alike, so that none can stand for others. */
export function unlikeDifferences(count: number): RunResult {
  const letters = (index: number) =>
    index.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
  const differences = Array.from({ length: count }, (_, index) => {
    const path = `usr/share/${letters(index % 97)}/${letters(index)}.txt`;
    const values = { published: `was ${letters(index)}`, rebuilt: `is ${letters(index)}` };
    return difference('content', path, {
      published: `sha256:${digest(`p${index}`)}, ${index} bytes`,
      rebuilt: `sha256:${digest(`r${index}`)}, ${index} bytes`,
      parts: [part('value', letters(index), values), bytesPart(path)],
      causes: [cause('unknown', { place: letters(index), ...values })],
    });
  });
  return runResult([notReproduced(differences)]);
}

/** Each hostile string in every place where a package can put one. */
export function hostile(): RunResult {
  const packages = Object.values(hostileStrings).flatMap((text) => hostilePackages(text));
  return runResult(packages);
}

function hostilePackages(text: string): PackageResult[] {
  const sides = { published: text, rebuilt: `${text}${text}` };
  const parts: Part[] = [
    part('value', text, { ...sides, note: text }),
    part('text', text, {
      lines: [
        {
          publishedStart: 1,
          rebuiltStart: 1,
          lines: [
            { side: 'published', pieces: [{ text, changed: true }] },
            { side: 'rebuilt', pieces: [{ text: `${text}!`, changed: false }] },
          ],
        },
      ],
    }),
    part('inside', text, { children: [part('unread', text, { note: text })] }),
  ];
  const named = difference('xattr', text, {
    name: text,
    ...sides,
    parts,
    causes: [cause('randomness', { ...sides, place: text, why: text })],
  });
  const comparison = unequal([named, difference('content', `${text}/2`, sides)], {
    sbomDifferences: [{ kind: 'member', element: text, member: text, ...sides }],
  });
  const failure = new Failure('environment-substituted', text, { expected: text, got: text, hint: text });
  const details: Partial<PackageResult> = {
    chain: [{ link: 'index-signature', state: 'unverifiable', detail: text }],
    findings: [{ kind: 'contradiction', detail: text }],
    caveats: [text],
    substituted: { kind: 'nearest', recorded: 1, packages: [{ name: text, recorded: text, used: text }] },
    skipped: [{ path: text, reason: 'not-decompressed' }],
    scan: scanned(text),
  };
  return [
    packageResult(
      text,
      { kind: 'inconclusive', reason: 'environment-substituted', failure, comparison },
      details,
    ),
    ...insights(text).map((insight) =>
      packageResult(
        text,
        { kind: 'not-reproduced', reason: 'content', comparison },
        { ...details, ...insight },
      ),
    ),
    packageResult(text, {
      kind: 'reproduced',
      proof: { sha256: digest('x'), size: 1 } as EqualFiles,
      signature: { kind: 'unknown-key', keyName: text },
    }),
  ];
}
