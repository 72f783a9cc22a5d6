/**
 * Addresses, and which parts of one may be shown. A user name, a password, a query and a fragment may be secrets, so `Address` writes
 * whatever is shown, kept or handed to a program as an argument; what goes into a request has to be asked for by name.
 */
import { inspect } from 'node:util';

/** An address of any scheme with `//` in it. However it is printed (as text, as JSON, by `inspect`), it shows no secret. */
export class Address {
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = new URL(url);
  }

  /** The address in a text; undefined for text that is not an address. */
  static parse(text: string): Address | undefined {
    const url = URL.canParse(text) && text.includes('://') ? new URL(text) : undefined;
    // `ext::https://…` has a path that is opaque (WHATWG URL), with whatever secrets are in it.
    return url?.href.startsWith(`${url.protocol}//`) === true ? new Address(url) : undefined;
  }

  /** The address with everything that it holds, only for a request to it. */
  reveal(): URL {
    return new URL(this.#url);
  }

  get hasSecrets(): boolean {
    const { username, password, search, hash } = this.#url;
    return username !== '' || password !== '' || search !== '' || hash !== '';
  }

  /** The address without user name, password, query and fragment; the same for addresses that differ only in these. */
  get place(): string {
    const { protocol, host, pathname } = this.#url;
    return `${protocol}//${host}${pathname}`;
  }

  toString(): string {
    // A path may hold a second address.
    const place = maskAddresses(this.place);
    return this.#url.search === '' ? place : `${place}?…`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A location as it may be shown: an address without its secrets, and anything else as `maskAddresses` leaves it. */
export function shownAddress(location: string): string {
  const address = Address.parse(location);
  if (address === undefined) return shownTyped(location);
  return address.hasSecrets ? String(address) : maskAddresses(location);
}

/**
 * A location that was typed and leads nowhere, as a message may show it. What it was meant to be is not known: an address without its
 * slashes, `user:password@host:path` of ssh, a password with white space. What could be a user and a password is left out, and so is a query
 * behind what looks like an address.
 */
export function shownTyped(text: string): string {
  const at = text.lastIndexOf('@');
  const isAddress = /^\s*[a-z][a-z\d+.-]*:/i.test(text);
  if (!isAddress) return maskAddresses(text);
  const shown = at < 0 ? text : `…${text.slice(at)}`;
  const query = shown.search(/[?#]/);
  return maskAddresses(query < 0 ? shown : `${shown.slice(0, query)}?…`);
}

const space = /\s/g;
const beyondAuthority = /[/?#\\]/;
/**
 * Where an address begins: behind `://`, behind a scheme whose slashes a parser adds or takes as they come (WHATWG URL, special
 * schemes), and behind `//` where a scheme may be left out.
 */
const beginning = /:\/\/|\b(?:https?|ftp|wss?):[/\\]*|(?<![^\s"'`(<[{=,;|&])\/\//gi;
/** A query, a fragment, or parameters of a path (RFC 3986, 3.3). */
const beyondPath = /[?#]|;[\w.-]+=/;

/** A text with the secrets of every address in it left out; linear in its length. */
export function maskAddresses(text: string): string {
  const parts: string[] = [];
  let at = 0;
  beginning.lastIndex = 0;
  for (let mark = beginning.exec(text); mark !== null; mark = beginning.exec(text)) {
    const from = beginning.lastIndex;
    space.lastIndex = from;
    const to = space.exec(text)?.index ?? text.length;
    const word = text.slice(from, to);
    parts.push(text.slice(at, from), mark[0].endsWith('://') ? maskWord(word) : maskDoubtful(word));
    at = to;
    beginning.lastIndex = to;
  }
  return at === 0 ? text : parts.join('') + text.slice(at);
}

/** Masks a word that may not be an address: only a user and a query are left out of it. */
function maskDoubtful(word: string): string {
  if (word.includes('@') || word.includes('://')) return maskWord(word);
  return maskQuery(word).shown;
}

/** Masks what follows a scheme, up to white space; there may be further addresses in it. */
function maskWord(word: string): string {
  const shown: string[] = [];
  for (const piece of word.split('://')) {
    const masked = maskQuery(maskUser(piece));
    shown.push(masked.shown);
    if (masked.cut) break;
  }
  return shown.join('://');
}

function maskQuery(piece: string): { readonly shown: string; readonly cut: boolean } {
  const at = piece.search(beyondPath);
  if (at < 0) return { shown: piece, cut: false };
  const mark = piece[at] === '#' ? '' : `${piece[at]}…`;
  return { shown: piece.slice(0, at) + mark, cut: true };
}

function maskUser(piece: string): string {
  const slash = piece.search(beyondAuthority);
  const authority = slash < 0 ? piece : piece.slice(0, slash);
  const at = authority.lastIndexOf('@');
  if (at >= 0) return piece.slice(at + 1);
  // A password with a slash in it: what stands before it is not a host.
  if (isHost(authority)) return piece;
  const user = piece.lastIndexOf('@');
  return user < 0 ? '…' : piece.slice(user + 1);
}

/** A name or an IP address, perhaps with a port, perhaps with the punctuation of a sentence behind it. */
function isHost(authority: string): boolean {
  let length = authority.length;
  while (length > 0 && /[^\w:]/.test(authority[length - 1]!)) length -= 1;
  const bare = authority.slice(0, length);
  const colon = bare.indexOf(':');
  return bare.startsWith('[') || colon < 0 || /^\d*$/.test(bare.slice(colon + 1));
}
