/** `wolfi-repro sweep export`. */
import { readFileSync } from 'node:fs';
import { counted } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { fitsAnyName } from '../../sweep/plan/select-builds.ts';
import {
  type Announcement,
  announce,
  announcedJobs,
  announcement,
} from '../../sweep/remote/rebuilderd-announcement.ts';
import type { SweepRecords } from '../../sweep/sweep-store.ts';
import { withSweep } from '../open-sweep.ts';
import { printData, printNote } from '../output.ts';
import type { RawOptions } from '../raw-options.ts';
import { distributionsOf, parseRebuilderd } from '../rebuilderd-address.ts';
import { cancellable } from '../signals.ts';

export async function sweepExportCommand(
  sweep: string,
  patterns: readonly string[],
  raw: RawOptions,
): Promise<number> {
  const { rebuilderd, dryRun = false } = raw;
  if (rebuilderd === undefined)
    throw new Failure('usage', 'sweep export takes --rebuilderd, the daemon that is told', {
      hint: 'what a sweep found is written by `wolfi-repro export`',
    });
  const url = parseRebuilderd(rebuilderd);
  const cookie = dryRun ? '' : readCookie(process.env['REBUILDERD_COOKIE_PATH']);
  const reports = await withSweep(sweep, (records) => announcements(records, patterns, distributionsOf(raw)));
  if (reports.length === 0) throw new Failure('usage', 'no build of the sweep has such a name');
  return cancellable(async (signal) => {
    for (const report of reports) {
      if (dryRun) {
        printData(`${JSON.stringify(report)}\n`);
        continue;
      }
      await announce(url, cookie, report, signal);
      const { packages, architecture, distribution } = report;
      printNote(
        `announced ${counted(packages.length, 'build')} of ${distribution} for ${architecture} to ${url.host}`,
      );
    }
    return 0;
  });
}

async function announcements(
  records: SweepRecords,
  patterns: readonly string[],
  distributions: readonly string[],
): Promise<readonly Announcement[]> {
  const found = [];
  for await (const job of records.jobs())
    if (fitsAnyName([job.origin, ...job.packages.map(({ name }) => name)], patterns)) found.push(job);
  const jobs = announcedJobs(found);
  const architectures = [...new Set(jobs.map(({ architecture }) => architecture))];
  return distributions.flatMap((distribution) =>
    architectures.map((architecture) => announcement(jobs, { distribution, architecture })),
  );
}

/** As rebuilderd’s own `rebuildctl` finds it, so that the secret is on no command line. Fails with `usage`. */
function readCookie(path: string | undefined): string {
  if (path === undefined || path === '')
    throw new Failure('usage', 'a rebuilderd takes packages from its administrator only', {
      hint: 'name the file with its cookie in REBUILDERD_COOKIE_PATH (usually auth-cookie, in the folder of the daemon)',
    });
  try {
    const cookie = readFileSync(path, 'utf8').trim();
    if (/^[\x21-\x7e]{1,1024}$/.test(cookie)) return cookie;
  } catch {
    throw new Failure('usage', 'the file that REBUILDERD_COOKIE_PATH names cannot be read');
  }
  throw new Failure('usage', 'the file that REBUILDERD_COOKIE_PATH names holds no cookie');
}
