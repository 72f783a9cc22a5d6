/** Parsing the index of a large repository, and using it again from the cache, each in a separate process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexCache } from '../src/inputs/store/index-cache.ts';
import { openStore } from '../src/inputs/store/store.ts';
import { parseArchitecture } from '../src/names.ts';
import { openRepository } from '../src/repository/repository.ts';
import { makeLargeIndex } from '../test/support/large-index.ts';

const records = 186_000;
const own = fileURLToPath(import.meta.url);

/** @param sample a real APKINDEX.tar.gz, whose records are multiplied */
export async function benchIndex(report: (line: string) => void, sample: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bench-'));
  try {
    const bytes = await makeLargeIndex(readFileSync(sample), records);
    const file = join(folder, 'APKINDEX.tar.gz');
    writeFileSync(file, bytes);
    report(`index of ${records} records, ${Math.round(bytes.length / 1024 / 1024)} MiB compressed`);
    for (const what of ['parsed and remembered', 'second use']) {
      const { stdout, stderr } = spawnSync(process.execPath, [own, file, folder], { encoding: 'utf8' });
      report(`  ${what}: ${stdout.trim()}${stderr}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [file, folder] = process.argv.slice(2);
if (process.argv[1] === own && file !== undefined && folder !== undefined) {
  const started = performance.now();
  const access = { read: async () => readFileSync(file), parsed: indexCache(openStore(folder)) };
  const opened = await openRepository('bench', parseArchitecture('x86_64')!, [], access);
  if (opened.records.of('alpine-baselayout-7=3.4.0-r0').length === 0) throw new Error('a record is missing');
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${Math.round(performance.now() - started)} ms, ${peak} MiB at the most`);
}
