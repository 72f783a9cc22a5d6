/** A comparator of a format that a reader takes apart into named values, one structure, and pieces with contents of their own. */
import type { Structure } from '../../formats/structured-value.ts';
import { addAll } from '../../lists.ts';
import type { FormatName, Part } from '../part.ts';
import type { Comparator, CompareContext } from './comparator.ts';
import { insideParts, orderParts, valuePart, valueParts } from './parts.ts';
import { compareStructures } from './structure.ts';

export interface Layout {
  readonly values?: ReadonlyMap<string, string>;
  readonly structure?: Structure;
  /** In the order in which the file has them. */
  readonly pieces?: ReadonlyMap<string, Uint8Array>;
}

type Read = (
  bytes: Uint8Array,
  most: number,
  context: CompareContext,
) => Promise<Layout | undefined> | Layout | undefined;

/** @param read undefined for what is not of the format; reading is linear in the bytes */
export function laidOut(format: FormatName, matches: Comparator['matches'], read: Read): Comparator {
  return {
    format,
    matches,
    async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
      context.work.spend((published.length + rebuilt.length) >> 2);
      const most = context.limits.members;
      const left = await read(published, most, context);
      const right = left === undefined ? undefined : await read(rebuilt, most, context);
      return left === undefined || right === undefined
        ? undefined
        : compareLayouts(format, left, right, context);
    },
  };
}

async function compareLayouts(
  format: FormatName,
  published: Layout,
  rebuilt: Layout,
  context: CompareContext,
): Promise<Part[]> {
  const parts = valueParts(format, published.values ?? new Map(), rebuilt.values ?? new Map());
  const [left, right] = [published.structure, rebuilt.structure];
  if (left !== undefined && right !== undefined)
    addAll(parts, compareStructures({ format, context }, left, right));
  const [a, b] = [published.pieces ?? new Map(), rebuilt.pieces ?? new Map()];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [one, other] = [a.get(name), b.get(name)];
    if (one !== undefined && other !== undefined)
      addAll(parts, insideParts(format, name, await context.inside(name, one, other)));
    else parts.push(valuePart(format, name, sizeText(one), sizeText(other)));
  }
  addAll(parts, orderParts(format, 'members', 'order', [...a.keys()], [...b.keys()]));
  return parts;
}

function sizeText(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : `${bytes.length} bytes`;
}
