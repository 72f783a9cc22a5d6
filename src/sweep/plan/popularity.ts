/** How much packages are used, as somebody counted: `name count` on each line; lines that begin with # and empty ones are left out. */
import { decodeBytes, printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import { parsePackageName } from '../../names.ts';

const number = /^\d{1,12}$/;

/** Counts by name; a name without a number counts 1. Fails with `usage` and the line for anything else. */
export function parsePopularity(bytes: Uint8Array): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [at, text] of decodeBytes(bytes).split('\n').entries()) {
    if (text.trim() === '' || text.startsWith('#')) continue;
    const [named = '', count = '1', ...more] = text.split(/[\s,]/).filter(Boolean);
    const name = parsePackageName(named);
    if (name === undefined || !number.test(count) || more.length > 0)
      throw new Failure('usage', `line ${at + 1} is not a name and a number`, {
        got: printable(text.slice(0, 100)),
      });
    counts.set(name, Number(count));
  }
  return counts;
}
