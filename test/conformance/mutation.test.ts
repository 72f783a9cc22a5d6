/** Packages that are reproduced, changed in one thing: none may be reproduced any more. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { lab } from '../support/lab.ts';
import { isThorough } from '../support/thorough.ts';
import { cannotRebuildFrom } from './lab-run.ts';
import { archiveByteMutants, fieldMutants } from './mutation/fields.ts';
import type { Mutant } from './mutation/judge.ts';
import { sbomMutants } from './mutation/sbom.ts';
import { assertNoneReproduced, openSubject, type Subject, type SubjectFile } from './mutation/subject.ts';

interface Row extends SubjectFile {
  readonly title: string;
  readonly inert: readonly string[];
  /** A regular sample of thousands of changed attributes; `npm run test:slow` has them all. */
  readonly every: number;
  /** The same for bytes of the file. */
  readonly bytes: number;
  /** Also bytes of the signature section's archive, which all packages write alike. */
  readonly signatureToo?: true;
}

const subjects: readonly Row[] = [
  {
    title: 'a shell script',
    file: 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk',
    inert: [],
    every: 13,
    bytes: 29,
    signatureToo: true,
  },
  {
    title: 'a shared library',
    file: 'repository/v0.45.3/x86_64/libflint3-0.9.12-r4.apk',
    inert: [],
    every: 19,
    bytes: 97,
  },
  {
    title: 'modes, attributes and links',
    file: 'repository/v0.59.1/x86_64/modes-20240229-r0.apk',
    sourceDir: 'recipes/modes',
    inert: [],
    // No multiple of it is the number of attributes, so that all of them are met.
    every: 29,
    bytes: 71,
  },
];

for (const { title, inert, every, bytes, signatureToo, ...file } of subjects) {
  const skip = cannotRebuildFrom(file.file);
  describe(`${title}, changed in one thing`, { skip, concurrency: false }, () => {
    const published = readFileSync(join(lab, file.file));
    let subject: Subject;
    before(async () => {
      subject = await openSubject(file);
    });
    after(() => subject.close());

    it('is not reproduced with any byte of the file changed', async () => {
      await assertNoneReproduced(subject, byteMutants(published, isThorough ? 1 : bytes), []);
    });

    if (signatureToo) {
      it('is not reproduced with any byte of the signature’s archive changed', async () => {
        await assertNoneReproduced(subject, archiveByteMutants(subject, 'signature', isThorough ? 1 : 5), []);
      });
    }

    it('is not reproduced with any attribute, entry, line or encoding changed and all digests right', async () => {
      await assertNoneReproduced(subject, fieldMutants(subject, isThorough ? 1 : every), inert);
    });

    it('is not reproduced with any text of the SBOM changed, except the licence that only the SBOM records', async () => {
      await assertNoneReproduced(subject, sbomMutants(subject), [
        'packages/2/licenseDeclared: recipeLicense',
      ]);
    });
  });
}

/** One byte changed, at every place or at each so-many-th; which bit differs from place to place. */
function* byteMutants(published: Uint8Array, step: number): Generator<Mutant> {
  for (let at = 0; at < published.length; at += step) {
    const bytes = Uint8Array.from(published);
    bytes[at]! ^= 1 << (at % 8);
    yield { what: `byte ${at}`, bytes };
  }
}
