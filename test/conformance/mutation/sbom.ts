/** Changes of the SBOM: each text in it, and each byte. */
import { decodeBytes, encodeBytes } from '../../../src/bytes.ts';
import type { Whole } from './attributes.ts';
import type { Mutant } from './judge.ts';
import { changeData, putTogether, withContent, withSize } from './parts.ts';

/** Every text of the SBOM changed in its last character, each by the path to it. */
export async function* sbomMutants({ parts, packing }: Whole): AsyncGenerator<Mutant> {
  const index = parts.data.findIndex(({ name }) => name.endsWith('.spdx.json'));
  const entry = parts.data[index]!;
  const text = decodeBytes(entry.content);
  for (const { path, start, end } of jsonTexts(text)) {
    const last = text[end - 2] === 'x' ? 'y' : 'x';
    const changed = end - start === 2 ? `${text.slice(0, end - 1)}x` : `${text.slice(0, end - 2)}${last}`;
    const grown = end - start === 2 ? 1 : 0;
    const content = encodeBytes(changed + text.slice(end - 1));
    const altered = withSize(
      changeData(parts, index, () => withContent(entry, content)),
      grown,
    );
    yield { what: path, bytes: await putTogether(altered, packing) };
  }
}

/** Strings of a JSON text that are values, with their place in it, the quotes included. */
function jsonTexts(text: string): { path: string; start: number; end: number }[] {
  const found: { path: string; start: number; end: number }[] = [];
  const path: (string | number)[] = [];
  const expectsKey: boolean[] = [];
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const [token] = match;
    if (token === '{' || token === '[') {
      path.push(token === '{' ? '' : 0);
      expectsKey.push(token === '{');
    } else if (token === '}' || token === ']') {
      path.pop();
      expectsKey.pop();
    } else if (token === ',') {
      const last = path.at(-1);
      if (typeof last === 'number') path[path.length - 1] = last + 1;
      else expectsKey[expectsKey.length - 1] = true;
    } else if (token !== ':') {
      if (expectsKey.at(-1) === true) {
        path[path.length - 1] = JSON.parse(token) as string;
        expectsKey[expectsKey.length - 1] = false;
      } else {
        found.push({ path: path.join('/'), start: match.index, end: match.index + token.length });
      }
    }
  }
  return found;
}

/** Every byte of the SBOM, its checksum right. */
export async function* sbomByteMutants({ parts, packing }: Whole): AsyncGenerator<Mutant> {
  const index = parts.data.findIndex(({ name }) => name.endsWith('.spdx.json'));
  const entry = parts.data[index]!;
  for (let at = 0; at < entry.content.length; at++) {
    const content = entry.content.map((byte, place) => (place === at ? byte ^ (1 << (at % 8)) : byte));
    const altered = changeData(parts, index, () => withContent(entry, content));
    yield { what: `SBOM byte ${at}`, bytes: await putTogether(altered, packing) };
  }
}
