/** Sphinx inventories, version 2 (sphinx/util/inventory.py): four lines of text, then a zlib stream of one line for each object. */
import { decodeBytes } from '../../bytes.ts';
import type { Comparator } from './comparator.ts';
import { bothBegin } from './comparator.ts';
import { inflate } from './deflate.ts';
import { laidOut } from './laid-out.ts';

const magic = Buffer.from('# Sphinx inventory version 2');
const newline = 0x0a;
const zlibHeader = 2;

export const sphinxInventory: Comparator = laidOut(
  'sphinx-inventory',
  bothBegin(...magic),
  (bytes, _most, context) => {
    let at = 0;
    const lines: string[] = [];
    while (lines.length < 4) {
      const end = bytes.indexOf(newline, at);
      if (end < 0) return undefined;
      lines.push(decodeBytes(bytes.subarray(at, end)));
      at = end + 1;
    }
    const content = inflate(bytes.subarray(at + zlibHeader), context)?.content;
    if (content === undefined) return undefined;
    const [, project = '', version = '', compression = ''] = lines;
    return {
      values: new Map([
        ['project', project],
        ['version', version],
        ['compression', compression],
      ]),
      pieces: new Map([['objects', content]]),
    };
  },
);
