/** What goes wrong while one package is explained costs no other its verdict, and what is built for that is bounded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RebuildRequest } from '../../src/engine/engine.ts';
import { Failure } from '../../src/failure.ts';
import type { Built, Judged } from '../../src/flow/candidate.ts';
import { withFixes } from '../../src/flow/offer-fixes.ts';
import { builtInstead } from '../../src/flow/other-answers.ts';
import { makeTranscript } from '../../src/transcript/transcript.ts';

const { signal } = new AbortController();

describe('a package among others', () => {
  it('loses its verdict alone where the program has a defect while it looks for fixes', async () => {
    const judged = (file: string, verdict: unknown) =>
      ({
        candidate: {
          target: { file, chain: [], noticed: [], caveats: [] },
          prepared: { plan: undefined, inputs: {}, findings: [] },
          run: {
            machine: { signal },
            builds: { engine: { name: 'melange' } },
            watch: { onProgress: () => undefined },
          },
          processor: new Failure('unsupported', 'nothing runs here'),
        },
        rebuilt: { plan: undefined },
        result: { file, verdict },
      }) as unknown as Judged;
    const found = await withFixes(
      [
        judged('a.apk', { kind: 'reproduced' }),
        judged('b.apk', { kind: 'not-reproduced', reason: 'content', comparison: { sections: 'a defect' } }),
        judged('c.apk', { kind: 'build-failed' }),
      ],
      {} as RebuildRequest,
    );
    assert.deepEqual(
      found.map(({ result }) => [result.file, result.verdict.kind]),
      [
        ['a.apk', 'reproduced'],
        ['b.apk', 'internal'],
        ['c.apk', 'build-failed'],
      ],
    );
  });

  it('is built with other answers after the packages before it, not at the same time', async () => {
    let [active, most, all] = [0, 0, 0];
    const rebuild = async () => {
      active += 1;
      all += 1;
      most = Math.max(most, active);
      await sleep(2);
      active -= 1;
      throw new Failure('step-failed', 'a step failed');
    };
    const transcript = makeTranscript([], []);
    const other = makeTranscript(
      [],
      [
        {
          method: 'GET',
          url: 'https://r.example/',
          requestBody: undefined,
          selecting: [],
          reason: 'unreachable',
        },
      ],
    );
    const built = {
      candidate: {
        target: { claim: { recipe: { package: { name: 'a' } } } },
        prepared: { inputs: { network: { kind: 'replay', ports: [] } } },
        run: {
          machine: { signal },
          places: { otherTranscripts: [other] },
          builds: { engine: { name: 'builtin', rebuild } },
          watch: { onProgress: () => undefined },
        },
        processor: { kind: 'native' },
      },
      rebuilt: { plan: {}, conversation: { transcript } },
    } as unknown as Built;
    const found = await Promise.all(Array.from({ length: 5 }, () => builtInstead(built, [other])));
    assert.deepEqual([all, most], [5, 1]);
    assert.ok(found.every(({ caveats }) => caveats.length === 1));
  });
});
