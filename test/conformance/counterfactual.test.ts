/** Published packages with something changed in them: the counterfactual says what, to the smallest part, and proves it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { builtinEngine } from '../../src/engine/builtin.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import type { DeflateEncoder } from '../../src/melange/deflate-encoder.ts';
import { withEncoder } from '../../src/plan/plan.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { countingReads } from '../support/counting-reads.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import {
  type Packing,
  type PartEntry,
  putTogether,
  type SectionName,
  takeApart,
  textOf,
  withData,
  withText,
} from '../support/parts.ts';
import { assertReproduced, cannotRebuild, cannotRebuildFrom, explain, labOptions } from './lab-run.ts';

interface Case {
  readonly what: string;
  readonly package?: string;
  readonly data?: (entries: readonly PartEntry[]) => readonly PartEntry[];
  readonly control?: (entries: readonly PartEntry[]) => readonly PartEntry[];
  readonly packing?: Partial<Packing>;
  readonly reason: string;
  /** Kind, path and name of each value that has to be put in. */
  readonly substitutions: readonly string[];
}

const hello = 'hello-shell-1.4.2-r3.apk';
const sbom = 'var/lib/db/sbom/hello-shell-1.4.2-r3.spdx.json';

function change(path: string, changed: (entry: PartEntry) => PartEntry): NonNullable<Case['data']> {
  return (entries) => {
    assert.ok(
      entries.some(({ name }) => name === path),
      path,
    );
    return entries.map((entry) => (entry.name === path ? changed(entry) : entry));
  };
}

const rewritten = (entry: PartEntry, text: (before: string) => string): PartEntry =>
  withText(entry, text(textOf(entry)));

const cases: readonly Case[] = [
  {
    what: 'the SBOM',
    data: change(sbom, (entry) => rewritten(entry, (text) => text.replace('Apache-2.0', 'MIT'))),
    reason: 'sbom-only',
    substitutions: [`content ${sbom}`],
  },
  {
    what: 'a mode',
    data: change('usr/bin/hello-sh', (entry) => ({ ...entry, mode: 0o4755 })),
    reason: 'metadata-only',
    substitutions: ['attribute usr/bin/hello-sh mode'],
  },
  {
    what: 'one file',
    data: change('etc/hello/hello.conf', (entry) => rewritten(entry, (text) => `${text}extra = 1\n`)),
    reason: 'content',
    substitutions: ['content etc/hello/hello.conf'],
  },
  {
    what: 'an owner',
    data: change('usr/bin/hello-sh', (entry) => ({ ...entry, uid: 12, gid: 34 })),
    reason: 'metadata-only',
    substitutions: ['attribute usr/bin/hello-sh owner'],
  },
  {
    what: 'a time of modification',
    data: change('usr/bin/hello-sh', (entry) => ({ ...entry, mtime: entry.mtime + 1 })),
    reason: 'metadata-only',
    substitutions: ['attribute usr/bin/hello-sh mtime'],
  },
  {
    what: 'a file that the build does not leave',
    data: (entries) => {
      const at = entries.findIndex(({ name }) => name === 'usr/share/hello/lines');
      const more = rewritten({ ...entries[at]!, name: 'usr/share/hello/lines2' }, () => 'more\n');
      return [...entries.slice(0, at + 1), more, ...entries.slice(at + 1)];
    },
    reason: 'content',
    substitutions: ['entry usr/share/hello/lines2'],
  },
  {
    what: 'a file that is missing',
    data: (entries) => entries.filter(({ name }) => name !== 'etc/hello/hello.conf'),
    reason: 'content',
    substitutions: ['no-entry etc/hello/hello.conf'],
  },
  {
    what: 'a file under another path',
    data: change('usr/share/hello/lines', (entry) => ({ ...entry, name: 'usr/share/hello/lines.txt' })),
    reason: 'content',
    substitutions: ['moved usr/share/hello/lines.txt'],
  },
  {
    what: 'the order of entries',
    data: (entries) => [
      ...entries.filter(({ name }) => name !== 'usr/bin/hello-sh'),
      entries.find(({ name }) => name === 'usr/bin/hello-sh')!,
    ],
    reason: 'metadata-only',
    substitutions: ['order  '],
  },
  {
    what: 'a field of .PKGINFO',
    control: change('.PKGINFO', (entry) =>
      rewritten(entry, (text) => text.replace(/^url = .*$/m, 'url = https://other.example/')),
    ),
    reason: 'metadata-only',
    substitutions: ['field .PKGINFO url'],
  },
  {
    what: 'a dependency that is added',
    control: change('.PKGINFO', (entry) =>
      rewritten(entry, (text) => text.replace(/^depend = /m, 'depend = evil\ndepend = ')),
    ),
    reason: 'metadata-only',
    substitutions: ['field .PKGINFO depend'],
  },
  {
    // With this mode it would not be a command of the package, which still says that it provides one.
    what: 'a mode that a field contradicts',
    data: change('usr/bin/hello-sh', (entry) => ({ ...entry, mode: 0o700 })),
    reason: 'metadata-only',
    substitutions: ['attribute usr/bin/hello-sh mode', 'field .PKGINFO provides'],
  },
  {
    what: 'a mode and the SBOM',
    data: (entries) =>
      change(sbom, (entry) => rewritten(entry, (text) => text.replace('Apache-2.0', 'MIT')))(
        change('usr/bin/hello-sh', (entry) => ({ ...entry, mode: 0o4755 }))(entries),
      ),
    reason: 'metadata-only',
    substitutions: ['attribute usr/bin/hello-sh mode', `content ${sbom}`],
  },
  {
    what: 'the compressor of the data section',
    packing: { compress: compressedByZlib },
    reason: 'recompressed',
    substitutions: ['compressed-form data'],
  },
  {
    what: 'the compressor and one file',
    data: change('etc/hello/hello.conf', (entry) => rewritten(entry, () => 'other\n')),
    packing: { compress: compressedByZlib },
    reason: 'content',
    substitutions: ['content etc/hello/hello.conf', 'compressed-form data'],
  },
];

async function compressedByZlib(section: SectionName, tar: Uint8Array): Promise<Uint8Array> {
  const { packing } = await takeApart(readFileSync(published(hello)));
  return section === 'data' ? gzipSync(tar, { level: 9 }) : packing.compress(section, tar);
}

function published(name: string): string {
  return join(lab, 'repository/v0.59.1/x86_64', name);
}

async function changed({ data, control, packing }: Case): Promise<Uint8Array> {
  const apart = await takeApart(readFileSync(published(hello)));
  const { parts } = apart;
  const altered = withData(
    { ...parts, control: control?.(parts.control) ?? parts.control },
    data?.(parts.data) ?? parts.data,
  );
  return putTogether(altered, { ...apart.packing, ...packing });
}

function substitutionsOf({ explanation }: PackageResult): string[] {
  if (explanation?.explained !== 'proven') return [JSON.stringify(explanation)];
  return explanation.substitutions.map(({ kind, section, path, name }) =>
    kind === 'compressed-form' || kind === 'encoder'
      ? `${kind} ${section}`
      : [kind, path, ...(name === undefined ? [] : [name])].join(' '),
  );
}

describe('the counterfactual', { skip: cannotRebuild, concurrency: false }, () => {
  it('proves what is different, to the smallest value, and never makes it reproduced', async (test) => {
    const folder = temporaryFolder(test);
    const files = await Promise.all(
      cases.map(async (each, index) => {
        const file = join(folder, `${index}-${hello}`);
        writeFileSync(file, await changed(each));
        return file;
      }),
    );
    const { packages } = await verify(files, labOptions());
    for (const [index, result] of packages.entries()) {
      const { what, reason, substitutions } = cases[index]!;
      assert.equal(result.verdict.kind, 'not-reproduced', `${what}: ${explain(result)}`);
      assert.deepEqual(
        substitutionsOf(result).map((each) => each.trim()),
        substitutions.map((each) => each.trim()),
        what,
      );
      assert.equal('reason' in result.verdict && result.verdict.reason, reason, what);
      assert.equal(result.explanation?.explained === 'proven' && result.explanation.minimal, true, what);
    }
  });

  it('finds the generation of the encoder where that is all', {
    skip: cannotRebuildFrom(published('bulk-9.0.0-r1.apk')),
  }, async () => {
    // Digests choose no encoder where an engine emits by one plan alone.
    const engine: Engine = {
      name: 'builtin',
      async rebuild(request) {
        const rebuilt = await byEncoder('v1.15.10').rebuild(request);
        return {
          ...rebuilt,
          packages: rebuilt.packages.map((each) => ({ ...each, otherwise: undefined })),
        };
      },
    };
    const [result] = (await verify([published('bulk-9.0.0-r1.apk')], withEngine(engine))).packages;
    assert.deepEqual(substitutionsOf(result!), ['encoder data']);
    assert.equal('reason' in result!.verdict && result!.verdict.reason, 'recompressed');
  });

  it('is not needed where a different encoder gives the published bytes', {
    skip: cannotRebuildFrom(published('bulk-9.0.0-r1.apk')),
  }, async () => {
    const options = withEngine(byEncoder('v1.15.10'));
    const file = published('bulk-9.0.0-r1.apk');
    const { result: run, opened } = await countingReads(file, () => verify([file], options));
    const [result] = run.packages;
    assert.equal(opened, 2, 'the published file is read once to examine it and once to compare it');
    assertReproduced(result!, 'valid');
    assert.equal(result!.plan!.plan.builder.deflate, 'v1.18.2');
  });

  it('says what is left where a value cannot be put in', async () => {
    const engine: Engine = {
      name: 'builtin',
      async rebuild(request) {
        const rebuilt = await builtinEngine.rebuild(request);
        // An engine that ignores its request: nothing is ever proven by it.
        const packages = rebuilt.packages.map((each) => ({ ...each, reemit: () => each.reemit!([]) }));
        return { ...rebuilt, packages };
      },
    };
    const file = published('nr-random-1.0.0-r0.apk');
    const { result: run, opened } = await countingReads(file, () => verify([file], withEngine(engine)));
    const [result] = run.packages;
    assert.equal(
      opened,
      7,
      'examined, compared, paired, its contents kept twice, compared in each of two rounds',
    );
    assert.equal(result!.explanation?.explained, 'partly');
    assert.equal(result!.verdict.kind, 'not-reproduced');
  });
});

/** The engine, which first compresses everything by one encoder. */
function byEncoder(encoder: DeflateEncoder): Engine {
  return {
    name: 'builtin',
    rebuild: (request) =>
      builtinEngine.rebuild({ ...request, plans: request.plans.map((plan) => withEncoder(plan, encoder)) }),
  };
}

function withEngine(engine: Engine): RunOptions {
  return labOptions({ engine });
}
