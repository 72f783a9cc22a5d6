/** Pages of files as Python's indexes have them (packaging.python.org, "Simple repository API", HTML): anchors with their places. */

export interface Anchor {
  /** With the references of HTML that are usual in addresses resolved; empty where there is none. */
  readonly href: string;
  readonly text: string;
  /** Offsets in the page: of `<a`, and after `</a>`. */
  readonly start: number;
  readonly end: number;
}

const mostAnchors = 200_000;
const opening = /<a(?=[\s>])/gi;
const closing = /<\/a\s{0,8}>/gi;

/** The anchors of a page, in order; at most 200,000. Linear in the page. */
export function anchorsOf(page: string): Anchor[] {
  const anchors: Anchor[] = [];
  opening.lastIndex = 0;
  while (anchors.length < mostAnchors) {
    const begin = opening.exec(page);
    if (begin === null) break;
    const attributesEnd = endOfTag(page, opening.lastIndex);
    closing.lastIndex = attributesEnd;
    const end = closing.exec(page);
    if (end === null) break;
    anchors.push({
      href: resolved(hrefOf(page.slice(opening.lastIndex, attributesEnd - 1))),
      text: resolved(page.slice(attributesEnd, end.index)).trim(),
      start: begin.index,
      end: closing.lastIndex,
    });
    opening.lastIndex = closing.lastIndex;
  }
  return anchors;
}

/** The offset after the `>` of a tag; quotes hide one. */
function endOfTag(page: string, from: number): number {
  for (let at = from; at < page.length; at += 1) {
    const character = page[at]!;
    if (character === '>') return at + 1;
    if (character !== '"' && character !== "'") continue;
    const quote = page.indexOf(character, at + 1);
    if (quote < 0) return page.length;
    at = quote;
  }
  return page.length;
}

function hrefOf(attributes: string): string {
  const match = /\shref\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
}

const references: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
};

function resolved(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_whole, name: string) => references[name]!);
}
