/** Objects of git (git's Documentation/user-manual.txt, "The Object Database"): what each refers to. */

export interface PackedObject {
  readonly type: string;
  readonly bytes: Buffer;
}

const idLength = 20;
const submodule = '160000';

/**
 * The ids that an object needs to be whole: of a commit its tree, of a tree what is in it but for submodules, of a tag what it names. Parents
 * of a commit are left out: a shallow repository has none.
 */
export function referencesOf({ type, bytes }: PackedObject): string[] {
  if (type === 'tree') return entriesOf(bytes);
  const word = type === 'commit' ? 'tree ' : type === 'tag' ? 'object ' : undefined;
  if (word === undefined) return [];
  const id = bytes.toString('latin1', word.length, word.length + 2 * idLength);
  const isWhole = bytes.toString('latin1', 0, word.length) === word && /^[\da-f]{40}$/.test(id);
  // An id that nothing has: what is damaged is not whole.
  return [isWhole ? id : ''];
}

/** Mode, a space, name, a zero byte, and the id in twenty bytes. */
function entriesOf(tree: Buffer): string[] {
  const ids: string[] = [];
  for (let at = 0; at < tree.length; ) {
    const end = tree.indexOf(0, at);
    if (end < 0 || end + 1 + idLength > tree.length) return [''];
    if (tree.toString('latin1', at, at + submodule.length) !== submodule)
      ids.push(tree.toString('hex', end + 1, end + 1 + idLength));
    at = end + 1 + idLength;
  }
  return ids;
}

/** Whether everything that some objects need is there. */
export function isWhole(ids: readonly string[], objects: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>(ids);
  const pending = [...ids];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const needed = objects.get(id);
    if (needed === undefined) return false;
    for (const each of needed) {
      if (seen.has(each)) continue;
      seen.add(each);
      pending.push(each);
    }
  }
  return true;
}
