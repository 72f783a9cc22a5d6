/** The CPEs that syft guesses for an apk package (syft v1.38.0 syft/pkg/cataloger/internal/cpegenerate). */
import { compareBytes, encodeBytes } from '../../../bytes.ts';
import {
  addedProducts,
  addedVendors,
  type CandidateTable,
  hostVendors,
  removedProducts,
  removedVendors,
  type UpstreamKind,
} from './cpe-tables.ts';

/** The parts of a CPE 2.3 name; those that are not given are `*`. */
export interface CpeParts {
  readonly part?: string;
  readonly vendor: string;
  readonly product: string;
  readonly version?: string;
  readonly update?: string;
  readonly edition?: string;
  readonly language?: string;
  readonly softwareEdition?: string;
  readonly targetSoftware?: string;
  readonly targetHardware?: string;
  readonly other?: string;
}

/** A CPE name as text: spaces become `_`, punctuation is escaped (syft/cpe/cpe.go). */
export function printCpe(cpe: CpeParts): string {
  const parts = [
    cpe.part ?? 'a',
    cpe.vendor,
    cpe.product,
    cpe.version,
    cpe.update,
    cpe.edition,
    cpe.language,
    cpe.softwareEdition,
    cpe.targetSoftware,
    cpe.targetHardware,
    cpe.other,
  ];
  return [
    'cpe:2.3',
    ...parts.map((text) => (text === undefined || text === '' ? '*' : escapePart(text))),
  ].join(':');
}

function escapePart(text: string): string {
  return text.replaceAll(' ', '_').replace(/[!"#$%&'()+,/:;<=>@[\]^`{|}~]/g, '\\$&');
}

/** The text of a package that `printCpe` can print: letters, digits and marks of ASCII but for those that match anything. */
const printablePart = /^[ !-)+->@-[\]-~]+$/;

/** No package has a longer name: its file could not have one. */
const longest = 255;

/** The CPEs of a package in syft's order; no CPEs for names that no file can have. The url may be empty. */
export function guessCpes(name: string, version: string, url: string): string[] {
  if (name.length > longest || version.length > longest) return [];
  const upstream = upstreamOf(name);
  const products = candidateProducts(name, upstream);
  const vendors = candidateVendors(name, upstream, url);
  return pairedCpes(name, version, { products, vendors });
}

/** What a package may be called in a dictionary of CPEs, and by whom it may be made. */
export interface Candidates {
  readonly products: Iterable<string>;
  readonly vendors: Iterable<string>;
}

/** Every product with every vendor, as far as that is plausible, in syft's order. A vendor that is known for certain is the only one. */
export function pairedCpes(name: string, version: string, { products, vendors: all }: Candidates): string[] {
  const vendors = new Set(all).has('apache') ? new Set(['apache']) : new Set(all);
  const pairs = [...new Set(products)].flatMap((product) =>
    [...vendors].map((vendor) => ({ vendor, product })),
  );
  const length = ({ vendor, product }: (typeof pairs)[number]) => encodeBytes(vendor + product).length;
  return pairs
    .filter(
      ({ vendor, product }) => printablePart.test(vendor + product) && isPlausible(name, vendor, product),
    )
    .sort(
      (a, b) =>
        length(b) - length(a) || compareBytes(`${a.vendor}:${a.product}:`, `${b.vendor}:${b.product}:`),
    )
    .map((pair) => printCpe({ ...pair, version }));
}

interface Upstream {
  readonly name: string;
  readonly kind: UpstreamKind;
}

/** `php-8.4-xml` to `php-xml`, `py3.12-foo` to Python's `foo`, `ruby3.2-base64` to the gem `base64`. */
function upstreamOf(name: string): Upstream {
  const [, stem, sub = ''] =
    /^([A-Za-z][A-Za-z0-9_-]*?)-?\d[\d.]*(?:$|-((?:[A-Za-z][A-Za-z0-9_-]*)?)$)/.exec(name) ?? [];
  const base = stem === undefined ? name : sub === '' ? stem : `${stem}-${sub}`;
  const [, language, rest = ''] = /^(py|ruby)-(.+)$/.exec(base) ?? [];
  if (language === undefined) return { name: base, kind: 'apk' };
  return { name: rest, kind: language === 'py' ? 'python' : 'gem' };
}

function candidateProducts(name: string, upstream: Upstream): Set<string> {
  return new Set([
    ...withVariants([name, ...amend(upstream, addedProducts, removedProducts)]),
    ...lookUp(addedProducts, 'apk', name),
  ]);
}

function candidateVendors(name: string, upstream: Upstream, url: string): Set<string> {
  const fromProducts = [name, ...amend(upstream, addedProducts, removedProducts)];
  const own = amend(upstream, addedVendors, removedVendors);
  const projects =
    upstream.kind === 'python' && !upstream.name.endsWith('project')
      ? [`${upstream.name}project`, `${upstream.name}_project`]
      : [];
  return new Set([
    ...withVariants([...fromProducts, ...own, ...projects]).flatMap((text) => [text, ...subSelections(text)]),
    ...vendorsOfUrl(url),
    ...lookUp(addedVendors, 'apk', name),
    ...(name === 'dnsmasq' ? ['thekelleys'] : []),
  ]);
}

/** The upstream's own name, with what one table adds and without what the other takes away. */
function amend(upstream: Upstream, added: CandidateTable, removed: CandidateTable): string[] {
  const less = lookUp(removed, upstream.kind, upstream.name);
  return [upstream.name, ...lookUp(added, upstream.kind, upstream.name)].filter(
    (text) => !less.includes(text),
  );
}

function lookUp(table: CandidateTable, kind: UpstreamKind, name: string): readonly string[] {
  const rows = table[kind];
  return Object.hasOwn(rows, name) ? rows[name]! : [];
}

/** Each text, with `_` for every `-`, and with `-` for every `_`. */
export function withVariants(texts: readonly string[]): string[] {
  const named = texts.filter((text) => text !== '' && text !== '*');
  return named.flatMap((text) => [text, text.replaceAll('-', '_'), text.replaceAll('_', '-')]);
}

/** The first word of a text, the first two, and so on: words stand between `-` and `_`, and keep the last mark between them. */
export function subSelections(text: string): string[] {
  const joined: string[] = [];
  let mark = '';
  for (const part of text.match(/[^-_]*[-_]|[^-_]+$/g) ?? []) {
    const word = part.replace(/[-_]$/, '');
    if (word !== '') joined.push(joined.length === 0 ? word : joined.at(-1)! + mark + word);
    mark = part.slice(-1);
  }
  return joined;
}

function vendorsOfUrl(url: string): string[] {
  const host = Object.keys(hostVendors).find((each) => url.startsWith(`https://${each}/`));
  if (host !== undefined) return [hostVendors[host]!];
  const owner = /^(?:https?|git):\/\/(?:github|gitlab)\.com\/([A-Za-z0-9_-]+)\//.exec(url)?.[1];
  return owner === undefined ? [] : [owner];
}

/** Whether a guess is plausible: clients and plugins of Jira and Jenkins are neither Jira nor Jenkins. */
function isPlausible(name: string, vendor: string, product: string): boolean {
  if (product === 'jira')
    return !(name.toLowerCase().includes('client') && ['jira', 'atlassian'].includes(vendor));
  if (product === 'jenkins') {
    return name.toLowerCase().includes('jenkins') || !['jenkins', 'cloudbees'].includes(vendor);
  }
  return true;
}
