/** Small trees, which this process handles itself: starting a program takes longer. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { undecoded } from '../bytes.ts';

/**
 * Trees with all that is in them, what holds something before what it holds, links as themselves. Undefined where that is more than `most`, where a folder lies on another
 * file system than its tree, and where a name is not UTF-8: Node cannot be told it as text.
 */
export function fewEntries(trees: readonly string[], most: number): readonly string[] | undefined {
  const found = trees.map((path) => ({ path, device: lstatSync(path).dev }));
  for (let at = 0; at < found.length; at += 1) {
    if (found.length > most) return undefined;
    const { path, device } = found[at]!;
    const stat = lstatSync(path);
    if (!stat.isDirectory()) continue;
    if (stat.dev !== device) return undefined;
    for (const name of readdirSync(path)) {
      if (name.includes(undecoded)) return undefined;
      found.push({ path: join(path, name), device });
    }
  }
  return found.map(({ path }) => path);
}
