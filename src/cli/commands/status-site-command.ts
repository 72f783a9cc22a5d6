/** `wolfi-repro status site`. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { shownTyped } from '../../address.ts';
import { counted } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { folderBelow, writeBelow } from '../../folders.ts';
import { ownFileName } from '../../names.ts';
import { siteFiles } from '../../status/site/status-site.ts';
import { readStatus } from '../../status/sweep-status.ts';
import { withSweep } from '../open-sweep.ts';
import { printNote } from '../output.ts';
import { version } from '../own-version.ts';
import type { RawOptions } from '../raw-options.ts';
import { artifactsOf } from '../sweep-artifacts.ts';

export async function statusSiteCommand(sweep: string, folder: string, raw: RawOptions): Promise<number> {
  const address = siteAddress(raw.siteUrl);
  const options = { tool: version, address, readArtifact: await artifactsOf(sweep, raw.artifacts) };
  const written = new Set<string>();
  await withSweep(sweep, async (records) => {
    for await (const { path, text } of siteFiles(await readStatus(records), options)) {
      const parts = path.split('/').map(ownFileName);
      const below = folderBelow(folder, ...parts.slice(0, -1));
      await writeBelow(below, parts.at(-1)!, [Buffer.from(text)]);
      written.add(path);
    }
  });
  removeOld(folder, written);
  printNote(`${counted(written.size, 'file')} written; open ${join(folder, 'index.html')}`);
  return 0;
}

/** Pages of packages that an earlier site had, and this one has not. */
function removeOld(folder: string, written: ReadonlySet<string>): void {
  const below = folderBelow(folder, ownFileName('p'));
  for (const name of readdirSync(below))
    if (/^[0-9a-f]{2}\.html$/.test(name) && !written.has(`p/${name}`)) rmSync(join(below, name));
}

/** With a slash at its end. Fails with `usage` for what is not an address of the web. */
function siteAddress(given: string | undefined): string {
  if (given === undefined) return '';
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new Failure('usage', '--site-url takes an address that begins with https://', {
      got: shownTyped(given),
    });
  const address = `${url.origin}${url.pathname}`;
  return address.endsWith('/') ? address : `${address}/`;
}
