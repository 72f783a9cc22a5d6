/** Files of statements, and of those who are trusted, that were typed. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { shownTyped } from '../address.ts';
import type { StatementFile } from '../attest/decision/statement-votes.ts';
import { documentLimits } from '../attest/envelopes/signed-document.ts';
import { parseTrustFile } from '../attest/trust/trust-file.ts';
import type { TrustedRebuilders } from '../attest/trust/trusted-keys.ts';
import { Failure } from '../failure.ts';
import { statNamed } from '../named-path.ts';
import { parseCount } from './counts.ts';
import { requireFiles, requireFilesOrFolders } from './paths.ts';
import type { RawOptions } from './raw-options.ts';
import { contentOf } from './typed-inputs.ts';

/** The endings of files of statements in a folder. */
const endings = ['.json', '.jsonl', '.link'];

/** The files that were named, and those of folders, however deep, in the order of their paths. Fails with `usage` where a folder has a link: behind it may be a dissent. */
export function readStatements(paths: readonly string[]): StatementFile[] {
  requireFilesOrFolders(paths);
  const files = paths.flatMap((path) =>
    statNamed(path)?.isDirectory() === true ? filesBelow(path) : [path],
  );
  return files.map((name) => ({ name, content: contentOf(name, documentLimits.bytes) }));
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link !== undefined)
    throw new Failure(
      'usage',
      `${shownTyped(join(link.parentPath, link.name))} is a link, and no link in a folder is followed`,
      {
        hint: 'name what it leads to',
      },
    );
  const found = entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (found.length > 0) return found;
  throw new Failure('usage', `${shownTyped(folder)} has no statements`, {
    expected: `files that end with ${endings.join(', ')}`,
  });
}

/** Who is trusted, and how many of them must agree. Neither has a default. */
export function trustTerms({ trust, require }: RawOptions) {
  if (trust === undefined || require === undefined)
    throw new Failure('usage', 'nobody is trusted unless you say so', {
      hint: 'name the rebuilders with --trust trust.yaml, and how many must agree with --require N',
    });
  return { trust: readTrust(trust), require: parseCount('--require', require) };
}

/** Files that the trust file names are beside it. */
function readTrust(path: string): TrustedRebuilders {
  requireFiles([path]);
  const folder = dirname(resolve(path));
  return parseTrustFile(shownTyped(path), readFileSync(path), (named) => {
    const file = resolve(folder, named);
    requireFiles([file]);
    return readFileSync(file);
  });
}
