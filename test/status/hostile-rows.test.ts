/** A sweep in which somebody wrote the worst that a store still gives: pages and rows stay what they are, where they are, and of a size that can be opened. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvLines, jsonLines } from '../../src/dataset/dataset-lines.ts';
import { mirrorList } from '../../src/dataset/mirror-list.ts';
import { readObservations } from '../../src/dataset/observations.ts';
import { sha256 } from '../../src/digest.ts';
import { type Plan, planIdentity } from '../../src/plan/plan.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { siteFiles } from '../../src/status/site/status-site.ts';
import { statusText } from '../../src/status/status-text.ts';
import { readStatus } from '../../src/status/sweep-status.ts';
import { type StatedPackage, statedRun } from '../../src/verdict/stated.ts';
import { difference, notReproduced, planned, reproduced } from '../support/results.ts';
import { firstDay, type MadeRecords, makeJob, makeRows, recordsOf } from '../support/sweep-records.ts';

const markup = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
const day = 86_400_000;

async function pagesOf(made: MadeRecords, readArtifact: (digest: string) => Promise<Uint8Array | undefined>) {
  const pages = new Map<string, string>();
  const status = await readStatus(recordsOf(made));
  for await (const { path, text } of siteFiles(status, { tool: '0.1.0', address: '', readArtifact }))
    pages.set(path, text);
  return pages;
}

describe('rows of somebody who lies', () => {
  it('are text on every page, in the feed and on a terminal, and name no file', async () => {
    const hostile = {
      ...makeJob({ origin: 'a', version: '1-r0' }),
      repository: `https://e.example/${markup}`,
    };
    const later = { ...makeJob({ origin: 'a', version: '2-r0' }), repository: hostile.repository };
    const open = { ...makeJob({ origin: 'b', version: '2-r0' }), commit: markup, tool: markup };
    const said = {
      sbom: markup,
      melange: markup,
      sandbox: markup,
      tool: markup,
      caveats: [markup, '\u001b[2J'],
    };
    const made = {
      jobs: [hostile, later, open],
      attempts: [],
      verdicts: [
        ...makeRows(hostile, firstDay, said),
        ...makeRows(later, firstDay + day, { ...said, verdict: 'not-reproduced', reason: markup }),
        ...makeRows(open, firstDay, { ...said, verdict: 'inconclusive', reason: markup }),
      ],
    };
    const pages = await pagesOf(made, async () => undefined);
    for (const [path, text] of pages) {
      assert.match(path, /^(?:(?:index|packages|changes|open|p\/[0-9a-f]{2})\.html|feed\.xml)$/);
      assert.doesNotMatch(text, /<img|<script>alert|alert\(1\)<\/script>/, path);
    }
    assert.doesNotMatch(statusText(await readStatus(recordsOf(made))), /\u001b/);
    const rows = await readObservations(recordsOf(made));
    const lines = [...jsonLines(rows)];
    assert.equal(lines.length, 3);
    for (const line of [...lines, ...csvLines(rows)]) assert.doesNotMatch(line, /\u001b/);
  });

  it('make no page larger than a reader can open, whatever they make up', async () => {
    const jobs = Array.from({ length: 2000 }, (_, at) => makeJob({ origin: `o-${at}`, version: '1-r0' }));
    const verdicts = jobs.flatMap((job, at) =>
      makeRows(job, firstDay + 20 * at * day, { melange: `${'v'.repeat(100)}${at}`, reason: '' }),
    );
    const pages = await pagesOf({ jobs, attempts: [], verdicts }, async () => undefined);
    assert.ok(pages.get('index.html')!.length < 700_000, `${pages.get('index.html')!.length}`);
    assert.ok(pages.get('packages.html')!.length < 700_000, `${pages.get('packages.html')!.length}`);
    assert.match(pages.get('index.html')!, /… and 900 earlier days[\s\S]*… and 1700 more/);
  });

  /** The results of a package that stopped reproducing, each with a source that its recipe names. */
  function keptOf(source: Partial<Plan['sources'][number]>) {
    const plan = {
      ...(planned().plan as Plan),
      sources: [
        { kind: 'fetch', uri: 'https://a.example/x', algorithm: 'sha256', digest: 'a', ...source },
      ] as Plan['sources'],
    };
    return { identity: planIdentity(plan), plan };
  }

  it('show no more of an address in a result than fits a line', async () => {
    const [one, two] = [keptOf({}), keptOf({ uri: `https://b.example/${'x'.repeat(1_000_000)}` })];
    const results = [
      { ...reproduced(), plan: one },
      { ...notReproduced([difference('content', 'a')]), plan: two },
    ] as unknown as StatedPackage[];
    const kept = new Map(
      results.map((result) => {
        const bytes = Buffer.from(renderJson(statedRun([result])));
        return [sha256(bytes), bytes];
      }),
    );
    const jobs = ['1-r0', '2-r0'].map((version) => makeJob({ origin: 'a', version }));
    const verdicts = results.flatMap(({ subject, plan, verdict }, at) =>
      makeRows(jobs[at]!, firstDay + at * day, {
        verdict: verdict.kind,
        reason: verdict.kind === 'reproduced' ? '' : verdict.reason,
        plan: plan!.identity,
        sha256: subject!.sha256,
        result: [...kept.keys()][at]!,
      }),
    );
    const pages = await pagesOf({ jobs, attempts: [], verdicts }, async (digest) =>
      kept.get(digest as never),
    );
    const page = [...pages].find(([path]) => path.startsWith('p/'))![1];
    assert.match(page, /now <code>https:\/\/b\.example\/x{300}/);
    assert.ok(page.length < 100_000);
  });

  it('lead a mirror nowhere but to the repository: a package of an environment has a plain name', async () => {
    const plan = {
      ...(planned().plan as Plan),
      environment: {
        kind: 'recorded',
        packages: [
          {
            name: '../../../../etc/passwd',
            version: '1-r0',
            sha256: sha256(Buffer.from('')),
            checksum: 'Q1',
          },
        ],
      },
    } as unknown as Plan;
    const result = { ...reproduced(), plan: { identity: planIdentity(plan), plan } };
    const bytes = Buffer.from(renderJson(statedRun([result])));
    const job = makeJob({ origin: 'a', version: '1-r0' });
    const verdicts = makeRows(job, firstDay, {
      plan: result.plan.identity,
      sha256: result.subject!.sha256,
      result: sha256(bytes),
    });
    const list = await mirrorList(recordsOf({ jobs: [job], attempts: [], verdicts }), async () => bytes);
    assert.deepEqual([list.items, list.missingPlans], [[], 1]);
  });
});
