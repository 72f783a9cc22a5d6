/** `npm run test:slow`: every bit and every byte of every archive; `npm run mutants` tries random ones of every golden. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { lab } from '../support/lab.ts';
import { cannotRebuildFrom } from './lab-run.ts';
import { archiveByteMutants, fieldMutants } from './mutation/fields.ts';
import type { Mutant } from './mutation/judge.ts';
import { sbomByteMutants } from './mutation/sbom.ts';
import { assertOnlyCovered, openSubject, type Subject, type SubjectFile } from './mutation/subject.ts';

const subjects: readonly SubjectFile[] = [
  { file: 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk' },
  { file: 'repository/v0.45.3/x86_64/libflint3-0.9.12-r4.apk' },
  { file: 'repository/v0.59.1/x86_64/modes-20240229-r0.apk', sourceDir: 'recipes/modes' },
];

/** What the recipe says and no step uses makes another recipe that leaves the same tree. */
const archives: readonly (readonly ['signature' | 'control' | 'data', readonly string[]])[] = [
  ['signature', []],
  ['control', ['recipe', 'steps']],
  ['data', []],
];
const onlyInSbom = ['recipeLicense', 'printedVersion', 'melange', 'melangeBasis'];

for (const file of subjects) {
  describe(file.file, { skip: cannotRebuildFrom(file.file), concurrency: false }, () => {
    let subject: Subject;
    before(async () => {
      subject = await openSubject(file);
    });
    after(() => subject.close());

    it('is not reproduced with any bit of the file changed', async () => {
      await assertOnlyCovered(subject, bitMutants(readFileSync(join(lab, file.file))), []);
    });

    it('is not reproduced with any attribute, entry, line or encoding changed', async (t) => {
      const covered = await assertOnlyCovered(subject, fieldMutants(subject), ['recipe', 'steps']);
      t.diagnostic(`${covered.length} covered by a trait`);
    });

    for (const [section, coverable] of archives) {
      it(`is not reproduced with any byte of the ${section} section’s archive changed`, async (t) => {
        const covered = await assertOnlyCovered(subject, archiveByteMutants(subject, section), coverable);
        t.diagnostic(`${covered.length} covered by a trait`);
      });
    }

    it('is not reproduced with any byte of the SBOM changed, but for what only the SBOM records', async (t) => {
      const covered = await assertOnlyCovered(subject, sbomByteMutants(subject), onlyInSbom);
      t.diagnostic(`${covered.length} covered by a trait`);
    });
  });
}

function* bitMutants(published: Uint8Array): Generator<Mutant> {
  for (let at = 0; at < published.length * 8; at++) {
    const bytes = Uint8Array.from(published);
    bytes[at >> 3]! ^= 1 << (at % 8);
    yield { what: `bit ${at}`, bytes };
  }
}
