import { percentDecode } from '../../claim/sbom/parse-purl.ts';

const brokenEscape = /%(?![0-9A-Fa-f]{2})/;

/** What melange reads from the URL of a repository. */
export interface RepositoryUrl {
  /** In lower case, without colon; empty where the URL has none. */
  readonly scheme: string;
  /** With the port, without the user; case as written. */
  readonly host: string;
  /** Percent-decoded, with the leading slash. */
  readonly path: string;
}

/**
 * Splits a URL as Go's net/url does, which the WHATWG parser of JavaScript does not: no address is completed or
 * normalised, and `ssh://git@github.com/o/r` has a host. Undefined for the common things Go refuses (scp-like
 * addresses, control characters, broken percent signs); melange stops at whatever Go refuses, so no package shows
 * the rest.
 */
export function parseRepositoryUrl(text: string): RepositoryUrl | undefined {
  const withoutFragment = text.split('#', 1)[0]!;
  if (/[\u0000-\u001f\u007f]/.test(withoutFragment)) return undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(withoutFragment)?.[1] ?? '';
  if (scheme === '' && withoutFragment.startsWith(':')) return undefined;
  const rest = withoutFragment.slice(scheme === '' ? 0 : scheme.length + 1).split('?', 1)[0]!;
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme: scheme.toLowerCase(), host: '', path: '' };
    if (rest.split('/', 1)[0]!.includes(':')) return undefined;
  }
  const pathAt = scheme === '' && rest.startsWith('///') ? 0 : (/^\/\/[^/]*/.exec(rest)?.[0].length ?? 0);
  const authority = rest.slice(2, pathAt);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const path = rest.slice(pathAt);
  if (brokenEscape.test(host) || brokenEscape.test(path)) return undefined;
  return { scheme: scheme.toLowerCase(), host: percentDecode(host), path: percentDecode(path) };
}
