/** Who made a package of Node, as syft joins them into one text (syft v1.57.1 syft/pkg/cataloger/javascript/parse_package_json.go). */

import { isJsonObject, type JsonObject } from '../../../../formats/bounded-json.ts';

interface Person {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** The people as one text; empty where nobody is named, undefined for a form that is not read here. */
export function peopleText({ author, authors, contributors, maintainers }: JsonObject): string | undefined {
  const lists = [author === undefined ? [] : [author], authors ?? [], contributors ?? [], maintainers ?? []];
  const texts: string[] = [];
  for (const list of lists) {
    const people = Array.isArray(list) ? list.map(parsePerson) : [undefined];
    if (people.includes(undefined)) return undefined;
    const text = people.map((person) => personText(person!)).join(', ');
    if (text !== '') texts.push(text);
  }
  return texts.join(', ');
}

function personText({ name, email, url }: Person): string {
  return `${name}${email === '' ? '' : ` <${email}>`}${url === '' ? '' : ` (${url})`}`;
}

function parsePerson(value: unknown): Person | undefined {
  if (typeof value === 'string') return parseText(value);
  if (!isJsonObject(value)) return undefined;
  const { name = '', email = '', url = '', ...others } = value;
  const isPlain = Object.keys(others).every((key) => !['name', 'email', 'url'].includes(key.toLowerCase()));
  if (!isPlain || typeof name !== 'string' || typeof email !== 'string' || typeof url !== 'string')
    return undefined;
  return { name, email, url };
}

/** `NAME <MAIL> (URL)`, each part perhaps missing; undefined for anything less plain. */
function parseText(text: string): Person | undefined {
  const [name, afterName] = splitAt(text, /[<(]/);
  if (afterName === '') return /[>)\s]$|^\s/.test(name) ? undefined : { name, email: '', url: '' };
  const [email, afterMail] = afterName.startsWith('<') ? splitAt(afterName.slice(1), />/) : ['', afterName];
  const rest = afterName.startsWith('<') ? afterMail.slice(1) : ` ${afterMail}`;
  const [, url] = /^(?: \(([^()<>\n]*)\))?$/.exec(rest) ?? ['', undefined];
  const isPlain = /^\S(?:.*\S)? $/.test(name) && !/[<>()\n]/.test(email);
  const isClosed = (afterName.startsWith('(') || afterMail !== '') && (rest === '' || url !== undefined);
  return isPlain && isClosed ? { name: name.slice(0, -1), email, url: url ?? '' } : undefined;
}

function splitAt(text: string, mark: RegExp): [before: string, from: string] {
  const at = text.search(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}
