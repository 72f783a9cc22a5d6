/** Package URLs as packageurl-go writes them, by version of that library (packageurl.go at v0.1.3, v0.1.4, v0.1.6). */
import { encodeBytes } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { PurlEscaping } from '../../melange/format.ts';

export interface Purl {
  readonly type: 'apk' | 'generic' | 'github' | 'gitlab';
  /** Segments separated by `/`. */
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string;
}

interface EscapingRules {
  /** The characters that are kept besides letters, digits, `-`, `.`, `_` and `~`, in namespace segments, names and versions. */
  readonly component: string;
  readonly qualifier: string;
  readonly space: '+' | '%20';
  readonly subpath: string;
  readonly emptySubpathSegments: 'kept' | 'dropped';
}

const escapingRules: Readonly<Record<PurlEscaping, EscapingRules>> = {
  // Qualifiers by Go's `url.Values.Encode`, the subpath as the fragment of a `url.URL`.
  '0.1.3': {
    component: '',
    qualifier: '',
    space: '+',
    subpath: '/$&+,:;=?@!()*',
    emptySubpathSegments: 'kept',
  },
  '0.1.4': { component: ':', qualifier: ':', space: '%20', subpath: '/:', emptySubpathSegments: 'dropped' },
  '0.1.6': {
    component: ":!$&'()*,;=",
    qualifier: ':',
    space: '%20',
    subpath: "/:!$&'()*,;=",
    emptySubpathSegments: 'kept',
  },
};

/** A package URL as text. Qualifiers are sorted by key. */
export function purlText(purl: Purl, escaping: PurlEscaping): string {
  const rules = escapingRules[escaping];
  const component = (text: string) => percentEncode(text, rules.component);
  const namespace = purl.namespace
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => `${component(segment)}/`)
    .join('');
  const version = purl.version === '' ? '' : `@${component(purl.version)}`;
  const query = qualifierText(purl.qualifiers ?? {}, rules);
  return `pkg:${purl.type}/${namespace}${component(purl.name)}${version}${query}${subpathText(purl, rules)}`;
}

function qualifierText(qualifiers: Readonly<Record<string, string>>, rules: EscapingRules): string {
  const pairs = Object.keys(qualifiers)
    .sort()
    .map(
      (key) => `${key}=${percentEncode(qualifiers[key]!, rules.qualifier).replaceAll('%20', rules.space)}`,
    );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function subpathText(purl: Purl, rules: EscapingRules): string {
  const subpath = purl.subpath ?? '';
  if (subpath === '') return '';
  const dropped = () => subpath.split('/').filter((segment) => segment !== '');
  const path = rules.emptySubpathSegments === 'kept' ? subpath : dropped().join('/');
  return `#${percentEncode(path, rules.subpath)}`;
}

/** Escapes all bytes but unreserved ones and those named, as upper-case `%XX` (RFC 3986, 2.1). */
function percentEncode(text: string, kept: string): string {
  let result = '';
  for (const byte of encodeBytes(text)) {
    const character = String.fromCharCode(byte);
    const plain = byte < 0x80 && (/[A-Za-z0-9\-._~]/.test(character) || kept.includes(character));
    result += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}

/**
 * The canonical form: outer slashes of namespace and subpath and empty qualifiers dropped, namespace and name of
 * GitHub's and apk's in lower case. Fails with `unsupported` where melange stops: no name, or `.` and `..` within
 * a subpath.
 */
export function normalizePurl(purl: Purl): Purl {
  const subpath = purl.subpath ?? '';
  if (purl.name === '') throw new Failure('unsupported', 'a package URL has no name');
  if (/\/\.{1,2}(?:\/|$)/.test(subpath)) {
    throw new Failure('unsupported', 'a package URL has a relative path', { got: subpath });
  }
  const caseless = purl.type === 'github' || purl.type === 'apk';
  const folded = caseless ? lowerCase : (text: string) => text;
  return {
    type: purl.type,
    namespace: folded(trimSlashes(purl.namespace)),
    name: folded(purl.name),
    version: purl.version,
    qualifiers: Object.fromEntries(Object.entries(purl.qualifiers ?? {}).filter(([, value]) => value !== '')),
    subpath: trimSlashes(subpath),
  };
}

function trimSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}

/** Go's `strings.ToLower`: each character by itself, whatever is around it. */
function lowerCase(text: string): string {
  return Array.from(text, (character) => {
    if (character === '\u0130') return 'i';
    return /\p{Surrogate}/u.test(character) ? '\ufffd' : character.toLowerCase();
  }).join('');
}
