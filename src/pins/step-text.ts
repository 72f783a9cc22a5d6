/** Digests in the text of steps, whatever compares them: `sha256sum -c`, `--checksum`, `expected-sha256`, a line of go.sum, a commit that is checked out. */
import { commitDigest } from './commit.ts';
import { addGoSum } from './go-sum.ts';
import { fileAlgorithms, hexDigest, integrityDigests, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

/** Words that can hold a digest; the text between them belongs to the shell. */
const word = /[\w+/=:-]+/g;
const shortestDigest = 32;
const algorithmsByLength: ReadonlyMap<number, string> = new Map(
  Object.entries(fileAlgorithms).map(([name, length]) => [length, name]),
);

export function parseStepText(step: string, text: string): ParsedPins {
  const list = new PinList(step);
  for (const [index, line] of text.split('\n').entries()) {
    for (const { 0: found, index: at } of line.matchAll(word))
      addWord(list, found, line.slice(at + found.length), index + 1);
    addGoSums(list, line, index + 1);
  }
  return list.pins;
}

/** Lines of a `go.sum` that a step writes: `echo 'module version h1:…' >>go.sum`, or the text of a here-document. */
function addGoSums(list: PinList, text: string, line: number): void {
  if (!text.includes('h1:')) return;
  const words = text.split(/[\s"']+/);
  words.forEach((hash, at) => {
    const [module, version] = [words[at - 2], words[at - 1]];
    if (module && version?.startsWith('v') && goHash.test(hash))
      addGoSum(list, { module, version, hash }, line);
  });
}

/** A SHA-256 in base64 (golang.org/x/mod/sumdb/dirhash, `Hash1`). */
const goHash = /^h1:[A-Za-z0-9+/]{43}=$/;

function addWord(list: PinList, found: string, behind: string, line: number): void {
  if (found.length < shortestDigest) return;
  for (const digest of integrityDigests(found))
    list.add([subjectOf('digest', digest.value)], [digest], found, line);
  // `sha256:…`, `--checksum=sha256:…`
  const hex = found.slice(Math.max(found.lastIndexOf(':'), found.lastIndexOf('=')) + 1);
  // 64 digits are read as SHA-256 of a file; ids of commits of that length are rare.
  const commit = hex.length === fileAlgorithms.sha1 ? commitDigest(hex) : undefined;
  if (commit !== undefined) list.add([subjectOf('commit', commit.value)], [commit], hex, line);
  const digest = hexDigest(algorithmsByLength.get(hex.length) ?? '', hex);
  if (digest === undefined) return;
  const file = fileBehind(behind);
  const subjects = [
    subjectOf('digest', digest.value),
    ...(file === undefined ? [] : [subjectOf('file', file)]),
  ];
  list.add(subjects, [digest], hex, line);
}

/** The name that `sha256sum -c` and the like read after a digest: two spaces, or a space and an asterisk. */
function fileBehind(text: string): string | undefined {
  const path = /^ [ *]([^\s"'|;&<>()$`]+)/.exec(text)?.[1];
  return path?.slice(path.lastIndexOf('/') + 1);
}
