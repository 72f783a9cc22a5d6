/**
 * The CPEs that syft guesses for an element of a language, as the forms of production have them that guess (syft v1.38.0 to v1.57.1
 * syft/pkg/cataloger/internal/cpegenerate: what is tried, in which order it is printed). They follow from the record but for two tables of
 * syft's that are not here: NVD's dictionary, which comes first for the names that it has, and what is added for some packages of Node. A
 * package with such a name is found to differ by the digest of what production found.
 */

import { type CpeParts, pairedCpes, printCpe, subSelections, withVariants } from '../cpe.ts';
import { addedProducts, addedVendors, hostVendors, removedProducts, removedVendors } from '../cpe-tables.ts';

/** Who may have made a package, as its record says. */
export interface MakerHint {
  readonly text: string;
  /** Whether its hyphens and underscores are exchanged. */
  readonly varied: boolean;
}

export interface GuessSubject {
  readonly type: 'go-module' | 'python' | 'gem' | 'npm';
  readonly name: string;
  /** Before what has none gets a word for it. */
  readonly version: string;
  readonly makers: readonly MakerHint[];
}

/** Bounds on what is guessed from: each maker is paired with every product. */
const most = { characters: 255, makers: 64, makerCharacters: 4096 };

/** The CPEs of a package, sorted as syft prints them; none where its record exceeds the bounds. */
export function guessLanguageCpes({ type, name, version, makers }: GuessSubject): string[] {
  const isLong = makers.some(({ text }) => text.length > most.makerCharacters);
  if (isLong || makers.length > most.makers || name.length > most.characters) return [];
  if (version.length > most.characters) return [];
  if (type === 'go-module') return pairedCpes(name, version, goNames(name));
  const products = productsOf(type, name);
  const own = [
    ...products,
    ...(type === 'gem' ? ['ruby-lang'] : []),
    ...(type === 'npm' && name === 'node.js' ? ['nodejs'] : []),
  ];
  const hints = makers.flatMap(({ text, varied }) =>
    varied ? withVariants([unquoted(text)]) : [unquoted(text)],
  );
  const less = rowsOf(removedVendors, type, name);
  const vendors = [
    ...withVariants(own).flatMap((text) => [text, ...subSelections(text)]),
    ...hints,
    ...rowsOf(addedVendors, type, name),
  ].filter((text) => text !== '' && text !== '*' && !less.includes(text));
  return pairedCpes(name, version, { products, vendors });
}

function productsOf(type: GuessSubject['type'], name: string): string[] {
  const named = type === 'python' && !name.startsWith('python') ? [name, `python-${name}`] : [name];
  const less = rowsOf(removedProducts, type, name);
  return [...withVariants(named), ...rowsOf(addedProducts, type, name)].filter(
    (text) => !less.includes(text),
  );
}

function rowsOf(table: typeof addedVendors, type: GuessSubject['type'], name: string): readonly string[] {
  const rows = type === 'python' || type === 'gem' ? table[type] : {};
  return Object.hasOwn(rows, name) ? rows[name]! : [];
}

/** A module's host says what of its path is the vendor; a path of one part names nobody. */
function goNames(module: string): {
  readonly products: readonly string[];
  readonly vendors: readonly string[];
} {
  const cut = module.indexOf('/');
  const host = cut < 0 ? module : module.slice(0, cut);
  const path = cut < 0 ? '' : trimSlashes(module.slice(cut));
  const [owner = '', ...rest] = path.split('/');
  const named = {
    'golang.org': { product: path, vendor: 'golang' },
    'google.golang.org': { product: owner, vendor: 'google' },
    // Everything there is of somebody else.
    'gopkg.in': { product: path, vendor: '' },
  }[host] ?? { product: rest.join('/'), vendor: rest.length === 0 ? '' : owner };
  return {
    products: withVariants([named.product]),
    vendors: withVariants([named.vendor]).flatMap((text) => [text, ...subSelections(text)]),
  };
}

function trimSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}

/** The makers of a distribution: its author, by the name alone and as somebody's project. */
export function pythonMakers(author: string, email: string): MakerHint[] {
  const projects = (name: string) => (name.endsWith('project') ? [] : [`${name}project`, `${name}_project`]);
  const named = (name: string, varied: boolean): MakerHint[] => [
    { text: name, varied },
    ...projects(name).map((text) => ({ text, varied: false })),
  ];
  return [
    ...(author === '' ? [] : named(personAsVendor(author), false)),
    ...(email === '' ? [] : named(personAsVendor(beforeMail(email)), true)),
  ];
}

/** The makers of a gem: its authors, and the maker that its page names. */
export function gemMakers(authors: readonly string[], homepage: string): MakerHint[] {
  return [
    ...authors.map((author) => ({ text: personAsVendor(beforeMail(author)), varied: true })),
    ...urlMakers([homepage]),
  ];
}

/** The makers that addresses name: owners on GitHub and GitLab, and projects that have pages of their own. */
export function urlMakers(urls: readonly string[]): MakerHint[] {
  return urls.flatMap((url) => {
    const host = Object.keys(hostVendors).find((each) => url.startsWith(`https://${each}/`));
    const owner = /^(?:https?|git):\/\/(?:github|gitlab)\.com\/([A-Za-z0-9_-]*)\/[^\n]*$/.exec(url)?.[1];
    const text = host === undefined ? owner : hostVendors[host];
    return text === undefined ? [] : [{ text, varied: false }];
  });
}

/** Without the quotes of Go around it, one in the other as well. */
function unquoted(text: string): string {
  let inner = text;
  for (let quoted = quotedText.exec(inner); quoted !== null; quoted = quotedText.exec(inner))
    inner = quoted[1] ?? quoted[2] ?? quoted[3]!;
  return inner;
}

const quotedText = /^(?:"([^"\\\n]*)"|`([^`\r]*)`|'([^'\\\n])')$/;

function beforeMail(text: string): string {
  return text.split('@', 1)[0]!;
}

/** `The Ann-B. Lab` is `ann_b__lab`. */
function personAsVendor(name: string): string {
  const plain = name.toLowerCase().trim().replace(/[- .]/g, '_');
  return plain.startsWith('the_') ? plain.slice(4) : plain;
}

/** The CPE of Go's standard library, by the version that compiled a program: `go1.26rc1` is release candidate 1 of 1.26. */
export function standardLibraryCpes(compiler: string): string[] {
  const [, version, candidate = ''] = /(\d+(?:\.\d+)?(?:\.\d+)?)([A-Za-z0-9_]*)/.exec(compiler) ?? [];
  if (version === undefined) return [];
  const cpe: CpeParts = {
    vendor: 'golang',
    product: 'go',
    version,
    update: candidate === '' ? '-' : candidate,
  };
  return [printCpe(cpe)];
}
