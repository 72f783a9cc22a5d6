/** Ids, digests and check sums of something that differs: of what was stripped off a file, or of a different file of the package. */
import { isNamedByDigest, writtenFile } from './digests.ts';
import { changeFinding, type Detector, type Evidence, type Finding, lineOf } from './evidence.ts';

export const derivedIds: Detector = {
  kind: 'derived',
  detect: (evidence) => [...strippedIds(evidence), ...digestsOfFiles(evidence), ...ownNames(evidence)],
};

/** Findings for ids of a build, where the file they are of has no other difference. */
function strippedIds({ changes, reorderings, ranges }: Evidence): Finding[] {
  const ids = changes.filter(({ about }) => about === 'build-id');
  const others = changes.some(({ about }) => about !== 'build-id' && about !== 'derived');
  if (ids.length === 0 || others || reorderings.length + ranges.length > 0) return [];
  const why =
    'it is computed from the whole file as it was linked, and nothing else in the file differs: what differs was stripped off it, like debug information with the path of the build, or is an input that left no other trace';
  return ids.map((change) => changeFinding(change, 'likely', why, changes));
}

/** Findings for names that hold a digest of what is in the file. */
function ownNames({ difference, changes, differing }: Evidence): Finding[] {
  const { kind, published, rebuilt } = difference;
  if (kind !== 'moved' || published === undefined || rebuilt === undefined) return [];
  if (!isNamedByDigest(published, rebuilt, differing)) return [];
  return changes.map((change) =>
    changeFinding(change, 'certain', 'both names hold the digest of what is in the file'),
  );
}

/** Findings for digests that both sides have of their own version of a file of the package. */
function digestsOfFiles({ changes, differing, difference }: Evidence): Finding[] {
  return changes.flatMap((change) => {
    const { published, rebuilt } = change;
    if (published === undefined || rebuilt === undefined) return [];
    const path = writtenFile({ published, rebuilt, line: lineOf(change) }, difference.path, differing);
    if (path === undefined) return [];
    return [
      changeFinding(
        change,
        'certain',
        `both values are the digest, the size or the name of a file that differs: ${path}`,
      ),
    ];
  });
}
