/** The gateway to the `saxes` package: XML of unknown origin as events with places, bounded. Entities of a document type are not read. */
import { createRequire } from 'node:module';
import { decodeBytes } from '../bytes.ts';

type Saxes = typeof import('saxes');

/** Loaded when first needed. */
const require = createRequire(import.meta.url);

const limits = { bytes: 32 * 1024 * 1024, depth: 64, elements: 1_000_000 };

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text of the element itself, not that of its children. */
  readonly text: string;
  /** Offsets in the text of the document: of the `<` that begins the element, and after the `>` that ends it. */
  readonly start: number;
  readonly end: number;
}

interface OpenElement extends XmlElement {
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
  end: number;
}

/** The text of a document and its root; undefined where the document is too large, too deep, has too many elements, or is not well-formed. */
export function parseXml(
  bytes: Uint8Array,
): { readonly text: string; readonly root: XmlElement } | undefined {
  if (bytes.length > limits.bytes) return undefined;
  const text = decodeBytes(bytes);
  try {
    const root = rootOf(text);
    return root === undefined ? undefined : { text, root };
  } catch {
    return undefined;
  }
}

function rootOf(text: string): XmlElement | undefined {
  const { SaxesParser }: Saxes = require('saxes');
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: OpenElement[] = [];
  let [root, elements]: [XmlElement | undefined, number] = [undefined, 0];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (open.length >= limits.depth || elements > limits.elements) throw new RangeError('too much XML');
    const start = text.lastIndexOf('<', parser.position - 1);
    const values = new Map(Object.entries(attributes).map(([key, value]) => [key, String(value)]));
    open.push({ name, attributes: values, children: [], text: '', start, end: start });
  });
  const add = (piece: string) => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += piece;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const element = open.pop()!;
    element.end = parser.position;
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  return root;
}

/** Children with a name. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}
