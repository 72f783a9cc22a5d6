/**
 * Traits of the builder: a value that is the same everywhere is taken over and shown, in one place only it is a
 * difference, and one that no builder can have is never taken over.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ClaimFindingKind } from '../../src/claim/findings.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import {
  changeControl,
  isSbom,
  type Packing,
  type PartEntry,
  type Parts,
  putTogether,
  signed,
  textOf,
  withContent,
  withText,
} from '../support/parts.ts';
import { assertReproduced, cannotRebuild, explain, labOptions } from './lab-run.ts';
import { coveredBy } from './mutation/covered.ts';
import { judge } from './mutation/judge.ts';
import { openSubject, type Subject } from './mutation/subject.ts';

const isPayload = (entry: PartEntry): boolean => entry.type === '0' && !isSbom(entry);

type Change = (subject: Subject) => { readonly parts?: Parts; readonly packing?: Partial<Packing> };

const everyFile =
  (change: (entry: PartEntry) => PartEntry): Change =>
  ({ parts }) => ({
    parts: { ...parts, data: parts.data.map((entry) => (isPayload(entry) ? change(entry) : entry)) },
  });

const inSbom =
  (from: string | RegExp, to: string): Change =>
  ({ parts }) => ({
    parts: {
      ...parts,
      data: parts.data.map((entry) =>
        isSbom(entry) ? sameSize(entry, textOf(entry).replaceAll(from, to)) : entry,
      ),
    },
  });

/** The size of .PKGINFO counts the SBOM: texts of another length would be a second change. */
function sameSize(entry: PartEntry, text: string): PartEntry {
  assert.equal(text.length, textOf(entry).length, 'the changed SBOM has another size');
  assert.notEqual(text, textOf(entry), 'nothing was changed');
  return withText(entry, text);
}

const inPkgInfo =
  (from: RegExp, to: (...groups: string[]) => string): Change =>
  ({ parts }) => ({
    parts: changeControl(parts, '.PKGINFO', (entry) => withText(entry, textOf(entry).replace(from, to))),
  });

const withModel =
  (bytesOf: (subject: Subject) => number): Change =>
  (subject) =>
    inPkgInfo(/^size = .*$/m, () => `size = ${bytesOf(subject)}`)(subject);

interface Row {
  readonly title: string;
  readonly change: Change;
  /** The member of the plan that carries the value. */
  readonly member: string;
  readonly shown: RegExp;
  readonly finding?: ClaimFindingKind;
}

const sha1Signature: Change = ({ parts }) => ({
  packing: {
    signing: (control) =>
      parts.signature.map((entry) => signed({ ...entry, name: '.SIGN.RSA.lab.rsa.pub' }, control)),
  },
});

const takenOver: readonly Row[] = [
  {
    title: 'an ordinary user owns every file that melange did not write',
    change: everyFile((entry) => ({ ...entry, uid: 1234, gid: 1234, uname: '', gname: '' })),
    member: 'owner',
    shown: /owner 1234:1234/,
    finding: 'builder-owner',
  },
  {
    title: 'the size is that of a tree on tmpfs',
    // As on the lab's own tmpfs.
    change: withModel(() => 3724),
    member: 'directorySize',
    shown: /file system tmpfs/,
  },
  {
    title: 'another release of melange that writes the same',
    change: inSbom('melange (v0.59.1)', 'melange (v0.59.0)'),
    member: 'melange printedVersion',
    shown: /melange v0\.59\.0/,
  },
  {
    title: 'a version of melange that nobody knows',
    change: inSbom('melange (v0.59.1)', 'melange (vEVIL?!)'),
    member: 'melangeBasis printedVersion',
    shown: /version printed "vEVIL\?!"/,
    finding: 'version-guessed',
  },
  {
    title: 'another licence of the recipe’s own file',
    change: inSbom(/"Apache-2\.0"(?=,\n.*\n.*\n.*\n.*"primaryPackagePurpose": "INSTALL")/g, '"Apache-1.0"'),
    member: 'recipeLicense',
    shown: /its licence Apache-1\.0/,
  },
  {
    title: 'another repository of the recipe',
    change: inSbom('wolfi-dev/os', 'wolfi-evl/os'),
    member: 'recipeFile',
    shown: /recipe wolfi-evl\/os/,
  },
  {
    // melange writes it so where the recipe names a commit itself; whether it did, no package tells.
    title: 'another commit of the recipe’s file wherever the SBOM says it',
    change: inSbom(/5d7a3c9e1f20b48d6a7c8e9f0123456789abcdef/g, '5d7a3c9e1f20b48d6a7c8e9f0123456789abcdee'),
    member: 'recipeFile recipeNamesCommit',
    shown:
      /its commit 5d7a3c9e1f20b48d6a7c8e9f0123456789abcdee\s+\(the\s+recipe\s+itself\s+names\s+another\)/,
  },
  { title: 'a signature by SHA-1', change: sha1Signature, member: 'signature', shown: /signed with RSA\n/ },
];

const ownersOf = (count: number, owner: Partial<PartEntry>): Change => {
  return ({ parts }) => {
    const payload = parts.data.filter(isPayload).slice(0, count);
    const data = parts.data.map((entry) => (payload.includes(entry) ? { ...entry, ...owner } : entry));
    return { parts: { ...parts, data } };
  };
};

const refused: readonly (readonly [title: string, change: Change])[] = [
  [
    'an ordinary user owns all files but one',
    (subject) =>
      ownersOf(subject.parts.data.filter(isPayload).length - 1, {
        uid: 1234,
        gid: 1234,
        uname: '',
        gname: '',
      })(subject),
  ],
  [
    'the SBOM belongs to the builder, too',
    ({ parts }) => ({
      parts: {
        ...parts,
        data: parts.data.map((entry) => (entry.type === '0' ? { ...entry, uid: 1234, uname: '' } : entry)),
      },
    }),
  ],
  // melange turns the ids of its build user into root's, whoever built.
  [
    'the build user owns every file',
    everyFile((entry) => ({ ...entry, uid: 1000, gid: 1000, uname: 'build', gname: 'build' })),
  ],
  [
    'a daemon owns every file',
    everyFile((entry) => ({ ...entry, uid: 101, gid: 101, uname: '', gname: '' })),
  ],
  ['a group owns every file of root’s', everyFile((entry) => ({ ...entry, gid: 1234, gname: '' }))],
  [
    'every file has a name of an owner that the environment does not give',
    everyFile((entry) => ({ ...entry, uname: 'toor' })),
  ],
  ['the time of every file is another', everyFile((entry) => ({ ...entry, mtime: entry.mtime + 60 }))],
  ['the commit is another in .PKGINFO', inPkgInfo(/^commit = .*$/m, () => `commit = ${'a'.repeat(40)}`)],
  ['the architecture is another in .PKGINFO', inPkgInfo(/^arch = .*$/m, () => 'arch = aarch64')],
  ['the maintainer is another', inPkgInfo(/^maintainer = .*$/m, () => 'maintainer = evil')],
  [
    'the time of the SBOM has a zone although there was a clock',
    inSbom('2024-06-15T12:00:00Z', '2024-06-15T12:00:00Z'.replace('Z', ' ')),
  ],
  ['the size is a byte more', inPkgInfo(/^size = (\d+)$/m, (_, size) => `size = ${Number(size) + 1}`)],
];

describe('a value of the builder', { skip: cannotRebuild, concurrency: false }, () => {
  let subject: Subject;
  before(async () => {
    subject = await openSubject({ file: 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk' });
  });
  after(() => subject.close());

  for (const { title, change, member, shown, finding } of takenOver) {
    it(`is taken over and shown: ${title}`, async () => {
      const result = await judged(subject, change);
      assertReproduced(result, 'valid');
      assert.equal(coveredBy(subject.original, result).join(' '), member);
      assert.match(renderText(runResult([result])), shown);
      if (finding !== undefined)
        assert.ok(
          result.findings.some(({ kind }) => kind === finding),
          finding,
        );
    });
  }

  for (const [title, change] of refused) {
    it(`is a difference: ${title}`, async () => {
      const result = await judged(subject, change);
      assert.notEqual(result.verdict.kind, 'reproduced', explain(result));
    });
  }

  it('is taken over as bytes of a signature only where its key is unknown, and the report says so', async () => {
    const { parts, packing } = subject;
    const signing: Packing['signing'] = () =>
      parts.signature.map((entry) =>
        withContent({ ...entry, name: '.SIGN.RSA256.other.rsa.pub' }, Buffer.from('anything')),
      );
    const bytes = await putTogether(parts, { ...packing, signing });
    const mutant = { what: 'signature', bytes };
    for await (const { result } of judge([mutant], subject.name, subject.options))
      assert.equal(explain(result).split('\n')[0], 'inconclusive:unknown-key');
    const lax = { ...subject.options, allowUnsigned: true };
    for await (const { result } of judge([mutant], subject.name, lax)) {
      assert.equal(result.verdict.kind, 'reproduced');
      assert.match(renderText(runResult([result])), /taken over, not verified/);
    }
  });

  it('is not taken over from a file that has changed when it is compared', async (t) => {
    const file = join(temporaryFolder(t), subject.name);
    writeFileSync(file, subject.published);
    const { engine } = subject.options;
    const options = {
      ...subject.options,
      engine: {
        ...engine!,
        rebuild: async (request: Parameters<NonNullable<typeof engine>['rebuild']>[0]) => {
          const rebuilt = await engine!.rebuild(request);
          writeFileSync(file, Buffer.concat([subject.published, Buffer.of(0)]));
          return rebuilt;
        },
      },
    };
    const { packages } = await verify([file], options);
    assert.equal(explain(packages[0]!).split('\n')[0], 'inconclusive:file-changed');
  });
});

describe('a value of a builder without a clock', { skip: cannotRebuild, concurrency: false }, () => {
  let subject: Subject;
  before(async () => {
    subject = await openSubject({ file: 'repository/v0.59.1/x86_64/meta-only-0-r0.apk' });
  });
  after(() => subject.close());

  const inZone = (text: string): Change => {
    return ({ parts }) => {
      const data = parts.data.map((entry) =>
        isSbom(entry) ? withText(entry, textOf(entry).replace('1970-01-01T00:00:00Z', text)) : entry,
      );
      const grown = text.length - '1970-01-01T00:00:00Z'.length;
      return inPkgInfo(
        /^size = (\d+)$/m,
        (_, size) => `size = ${Number(size) + grown}`,
      )({
        ...subject,
        parts: { ...parts, data },
      });
    };
  };

  it('is taken over and shown: a time zone', async () => {
    const result = await judged(subject, inZone('1969-12-31T19:00:00-05:00'));
    assertReproduced(result, 'valid');
    assert.deepEqual(coveredBy(subject.original, result), ['zoneOffsetMinutes']);
    assert.match(renderText(runResult([result])), /time zone -300 minutes/);
  });

  for (const text of [
    '1970-01-05T03:59:00+99:59',
    '1970-01-01T00:07:00+00:07',
    '1969-12-31T11:00:00-13:00',
  ]) {
    it(`is a difference: a zone that does not exist, ${text}`, async () => {
      const result = await judged(subject, inZone(text));
      assert.equal(result.verdict.kind, 'not-reproduced', explain(result));
    });
  }
});

describe('names of owners', { skip: cannotRebuild, concurrency: false }, () => {
  it('are not taken over for root where the environment is substituted', async (t) => {
    const file = 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk';
    const subject = await openSubject({ file });
    const { parts, packing } = subject;
    await subject.close();
    const folder = temporaryFolder(t);
    const options = labOptions({ environment: { kind: 'host' } });
    const [, name] = [readFileSync(join(lab, file)), subject.name];
    const renamed = (from: string, to: string) =>
      parts.data.map((entry) => (entry.uname === from ? { ...entry, uname: to } : entry));
    for (const [to, verdict] of [
      ['root', 'reproduced'],
      ['toor', 'inconclusive'],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, await putTogether({ ...parts, data: renamed('root', to) }, packing));
      const { packages } = await verify([path], options);
      assert.equal(packages[0]!.verdict.kind, verdict, explain(packages[0]!));
    }
  });
});

async function judged(subject: Subject, change: Change): Promise<PackageResult> {
  const { parts, packing } = change(subject);
  const bytes = await putTogether(parts ?? subject.parts, { ...subject.packing, ...packing });
  assert.ok(!Buffer.from(bytes).equals(subject.published), 'nothing was changed');
  for await (const { result } of judge([{ what: 'changed', bytes }], subject.name, subject.options))
    return result;
  throw new Error('no verdict');
}
