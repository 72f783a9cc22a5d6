/** Requirements of pip with hashes (pip.pypa.io, "Secure installs"): `name==1.0 --hash=sha256:…`, lines continued by `\`. */
import { decodeBytes } from '../bytes.ts';
import { commitDigest } from './commit.ts';
import { addressSubjects, prefixedDigest, pythonName, pythonVersion, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parseRequirements(file: string, bytes: Uint8Array): ParsedPins {
  const list = new PinList(file);
  for (const { text, line } of logicalLines(decodeBytes(bytes))) {
    const words = text.split(/\s/).filter((word) => word !== '');
    const hashes = words.flatMap((word, index) => {
      const value = word.startsWith('--hash=') ? word.slice(7) : words[index - 1] === '--hash' ? word : '';
      return prefixedDigest(value) ?? [];
    });
    const requirement = text.split(/\s--hash\b|;|\s#/, 1)[0]!.trim();
    const subjects = subjectsOf(requirement);
    if (subjects.length > 0 && hashes.length > 0) list.add(subjects, hashes, requirement, line);
    // name @ git+https://host/path@<commit>#…
    const commit = /@([\da-f]{40}|[\da-f]{64})(?:#|$)/i.exec(requirement)?.[1];
    const digest = requirement.includes('git+') ? commitDigest(commit ?? '') : undefined;
    if (digest !== undefined) list.add([subjectOf('commit', digest.value)], [digest], requirement, line);
  }
  return list.pins;
}

/** Lines put together where one ends in a backslash, each with the number of its first. */
function* logicalLines(text: string): Generator<{ readonly text: string; readonly line: number }> {
  let [pieces, begin]: [string[], number] = [[], 1];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (pieces.length === 0) begin = index + 1;
    const isContinued = line.endsWith('\\');
    pieces.push(isContinued ? line.slice(0, -1) : line);
    if (isContinued) continue;
    yield { text: pieces.join(' '), line: begin };
    pieces = [];
  }
  if (pieces.length > 0) yield { text: pieces.join(' '), line: begin };
}

function subjectsOf(requirement: string): string[] {
  const at = requirement.indexOf('@');
  if (at > 0 && !requirement.slice(0, at).includes('=')) {
    return addressSubjects(requirement.slice(at + 1).trim());
  }
  const [left = '', ...right] = requirement.split('==', 3);
  // `===` compares the text.
  const version = right.join('==').replace(/^=/, '').trim();
  const name = left.split('[', 1)[0]!.trim();
  const isExact = right.length > 0 && /^[\w.-]+$/.test(name) && !/[\s,]/.test(version) && version !== '';
  return isExact ? [subjectOf('python', pythonName(name), pythonVersion(version))] : [];
}
