/** `Gemfile.lock` (github.com/rubygems/rubygems, bundler/lib/bundler/lockfile_parser.rb): gems by the section CHECKSUMS, git dependencies by revision. */
import { decodeBytes } from '../bytes.ts';
import { commitDigest } from './commit.ts';
import { prefixedDigest, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parseGemfileLock(file: string, bytes: Uint8Array): ParsedPins {
  const list = new PinList(file);
  let section = '';
  for (const [index, raw] of decodeBytes(bytes).split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (/^[A-Z]/.test(line)) section = line;
    else if (section === 'CHECKSUMS') addChecksum(list, line.trim(), index + 1);
    else if (section === 'GIT' && line.startsWith('  revision: ')) {
      const commit = commitDigest(line.slice(12).trim());
      if (commit !== undefined)
        list.add([subjectOf('commit', commit.value)], [commit], line.trim(), index + 1);
    }
  }
  return list.pins;
}

/** `name (1.0-platform) sha256=…,sha512=…`; a gem that was not downloaded has no digest. */
function addChecksum(list: PinList, line: string, number: number): void {
  const match = /^([^\s()]+) \(([^\s()]+)\)(?: (\S+))?$/.exec(line);
  if (match === null) return;
  const [, name = '', version = '', digests = ''] = match;
  const parsed = digests.split(',').flatMap((digest) => prefixedDigest(digest, '=') ?? []);
  list.add([subjectOf('gem', `${name}-${version}`)], parsed, `${name} (${version})`, number);
}
