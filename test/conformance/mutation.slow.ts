/** `npm run test:slow`: every bit, every byte of every archive, and random mutants of every golden. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { lab } from '../support/lab.ts';
import { cannotRebuild } from './lab-run.ts';
import { assertRandomNeverReproduced, everyGolden } from './mutation/campaign.ts';
import { archiveByteMutants } from './mutation/fields.ts';
import type { Mutant } from './mutation/judge.ts';
import { assertOnlyCovered, openSubject, type Subject, type SubjectFile } from './mutation/subject.ts';

/** How many mutants, and where chance begins, for a longer run. */
const count = Number(process.env['MUTANTS'] ?? 20_000);
const seed = Number(process.env['SEED'] ?? 1);

const subjects: readonly SubjectFile[] = [
  { file: 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk' },
  { file: 'repository/v0.45.3/x86_64/libflint3-0.9.12-r4.apk' },
  { file: 'repository/v0.59.1/x86_64/modes-20240229-r0.apk', sourceDir: 'recipes/modes' },
];

for (const file of subjects) {
  describe(file.file, { skip: cannotRebuild, concurrency: false }, () => {
    let subject: Subject;
    before(async () => {
      subject = await openSubject(file);
    });
    after(() => subject.close());

    it('is not reproduced with any bit of the file changed', async () => {
      await assertOnlyCovered(subject, bitMutants(readFileSync(join(lab, file.file))), []);
    });

    for (const section of ['signature', 'control', 'data'] as const) {
      it(`is not reproduced with any byte of the ${section} section’s archive changed`, async (t) => {
        // The licence of the recipe's file, the version printed, and what the recipe says and no step uses.
        const coverable = {
          signature: [],
          control: ['recipe', 'steps'],
          data: ['recipeLicense', 'printedVersion', 'melange', 'melangeBasis'],
        };
        const covered = await assertOnlyCovered(
          subject,
          archiveByteMutants(subject, section),
          coverable[section],
        );
        t.diagnostic(`${covered.length} covered by a trait`);
      });
    }
  });
}

describe('every golden', { skip: cannotRebuild }, () => {
  it(`is not reproduced when it is changed by chance, ${count} times from seed ${seed}`, async (t) => {
    const { mutants, verdicts, covered } = await assertRandomNeverReproduced(everyGolden(), count, seed);
    t.diagnostic(
      `${mutants} mutants: ${[...verdicts].map(([kind, times]) => `${times} ${kind}`).join(', ')}`,
    );
    for (const each of covered) t.diagnostic(`covered: ${each}`);
  });
});

function* bitMutants(published: Uint8Array): Generator<Mutant> {
  for (let at = 0; at < published.length * 8; at++) {
    const bytes = Uint8Array.from(published);
    bytes[at >> 3]! ^= 1 << (at % 8);
    yield { what: `bit ${at}`, bytes };
  }
}
