/** What is concluded about the answers of a build where some of them did not come whole. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Candidate } from '../../src/flow/candidate.ts';
import { networkCaveats, networkSummary } from '../../src/flow/network-summary.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import {
  makeTranscript,
  type RecordedExchange,
  type UnansweredReason,
  unansweredReasons,
} from '../../src/transcript/transcript.ts';
import type { PinSummary } from '../../src/verdict/fetched.ts';
import { labNetwork } from '../support/lab-server.ts';

describe('the conclusion about pins', () => {
  let folder: string;
  let inputs: Inputs;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-pin-summary-'));
    inputs = machineInputs(folder, new AbortController().signal, labNetwork);
  });
  after(() => rmSync(folder, { recursive: true }));

  const key = { method: 'GET', requestBody: undefined, selecting: [] };

  async function summaryWith(reason: UnansweredReason | undefined, fetched: string | undefined, named = '') {
    const step = { name: 'fetch', uses: '', runs: `echo ${named}`, pipeline: [], if: '', needs: [] };
    const candidate = {
      prepared: {
        inputs: {
          recipe: { package: { name: 'a' }, pipeline: [step], subpackages: [], environment: {} },
          sources: [],
          network: { kind: 'record' },
        },
        plan: { builder: { melange: 'v0.59.1', melangeTried: [] } },
      },
      run: { machine: { inputs } },
    } as unknown as Candidate;
    const exchanges: RecordedExchange[] = [];
    if (fetched !== undefined) {
      const body = { sha256: inputs.store.add(Buffer.from(fetched)), size: fetched.length };
      exchanges.push({ ...key, url: 'https://r.example/tool', status: 200, headers: [], body });
    }
    const unanswered = reason === undefined ? [] : [{ ...key, url: 'https://r.example/other', reason }];
    const transcript = makeTranscript(exchanges, unanswered);
    return networkSummary(candidate, { transcript, refusals: [], silent: [] });
  }

  const content = 'the object';
  const digest = () => inputs.store.add(Buffer.from(content));
  const inPart: ReadonlySet<UnansweredReason> = new Set(['cut', 'too-large']);

  for (const reason of unansweredReasons) {
    const isInPart = inPart.has(reason);
    it(`${isInPart ? 'is not that all is pinned' : 'is not changed'} where an answer is ${reason}`, async () => {
      const found: PinSummary['conclusion'][] = [];
      for (const fetched of [content, undefined])
        found.push((await summaryWith(reason, fetched, digest())).pins.conclusion);
      assert.deepEqual(found, isInPart ? ['unpinned', 'unpinned'] : ['all-pinned', 'nothing-fetched']);
    });
  }

  it('stays where an answer contradicts its pin, and where all answers came', async () => {
    const contradicting = await summaryWith('cut', 'other', `"${digest()}  tool"`);
    assert.equal(contradicting.pins.conclusion, 'contradicted');
    assert.equal((await summaryWith(undefined, content, digest())).pins.conclusion, 'all-pinned');
  });

  it('is a caveat that says how many came only in part', async () => {
    const caveats = networkCaveats(await summaryWith('cut', content, digest()));
    assert.match(caveats[0]!, /0 answers not pinned, 1 pinned, 1 that came only in part$/);
  });
});
