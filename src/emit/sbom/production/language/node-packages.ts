/** Packages of Node by their package.json (syft v1.57.1 syft/pkg/cataloger/javascript). */

import type { Tree } from '../../../../execute/tree.ts';
import { isJsonObject, type JsonObject, parseBoundedJson } from '../../../../formats/bounded-json.ts';
import { noAssertion } from '../../document.ts';
import { hashMetadata } from '../artifact-id.ts';
import type { HashGeneration } from '../hash.ts';
import { declaredLicense } from '../license.ts';
import { type LanguageRecord, unknownVersion } from './found-element.ts';
import { urlMakers } from './guesses.ts';
import { peopleText } from './node-people.ts';
import { personName } from './person.ts';
import { bytesAt, hasLicenseBeside, plainName, urlVersion } from './texts.ts';

export function isNodePath(path: string): boolean {
  return path === 'package.json' || path.endsWith('/package.json');
}

/** Members that are looked at; Go finds them in any case of letters. */
const members: ReadonlySet<string> = new Set(
  (
    'version latest author authors contributors maintainers license licenses name homepage description ' +
    'dependencies devdependencies repository private'
  ).split(' '),
);

/** The record of a package.json, or no record where it does not name a package; undefined where it says something that is not read here. */
export function nodeRecords(
  tree: Tree,
  path: string,
  generation: HashGeneration,
): LanguageRecord[] | undefined {
  const bytes = bytesAt(tree, path);
  const json = bytes === undefined ? undefined : parseBoundedJson(bytes);
  if (json === undefined || !('value' in json) || !isJsonObject(json.value)) return undefined;
  const read = readManifest(json.value);
  if (read === undefined) return undefined;
  if (read.name.trim() === '') return [];
  const record = recordOf(read, path, generation);
  const isPlain = record !== undefined && (record.licenses.length > 0 || !hasLicenseBeside(tree, path));
  return isPlain ? [record] : undefined;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly author: string;
  readonly homepage: string;
  readonly description: string;
  readonly url: string;
  readonly private: boolean;
  readonly licenses: readonly string[];
}

function readManifest(json: JsonObject): Manifest | undefined {
  const odd = Object.keys(json).some((key) => key !== 'devDependencies' && oddKey(key));
  const [name, version] = [textOf(json['name']), textOf(json['version'])];
  const [homepage, description] = [textOf(json['homepage']), textOf(json['description'])];
  const [author, url, licenses] = [peopleText(json), repositoryUrl(json['repository']), licensesOf(json)];
  const isPrivate = json['private'] ?? false;
  const lists = ['dependencies', 'devDependencies'].every((key) => isTextMap(json[key] ?? {}));
  if (odd || !lists || json['latest'] !== undefined || typeof isPrivate !== 'boolean') return undefined;
  if (name === undefined || version === undefined || homepage === undefined || description === undefined)
    return undefined;
  if (author === undefined || url === undefined || licenses === undefined) return undefined;
  return { name, version, author, homepage, description, url, private: isPrivate, licenses };
}

function oddKey(key: string): boolean {
  const lower = key.toLowerCase();
  return lower !== key && members.has(lower);
}

/** The text of a member; empty where it is absent, undefined for anything but text. */
function textOf(value: unknown): string | undefined {
  return typeof (value ?? '') === 'string' ? ((value ?? '') as string) : undefined;
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string');
}

function repositoryUrl(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value ?? '';
  return isTextMap(value) ? (value['url'] ?? '') : undefined;
}

/** The licences: one as text or as `{type}`, or a list of the latter in `licenses`. */
function licensesOf({ license, licenses }: JsonObject): string[] | undefined {
  if (license === undefined && licenses === undefined) return [];
  if (typeof license === 'string') return [license];
  if (license !== undefined) return isTextMap(license) ? [license['type'] ?? ''] : undefined;
  const isList = Array.isArray(licenses) && licenses.every(isTextMap);
  return isList ? licenses.map((each) => each['type'] ?? '') : undefined;
}

function recordOf(manifest: Manifest, path: string, generation: HashGeneration): LanguageRecord | undefined {
  const { name, version, author, homepage, description, url } = manifest;
  const [scope, base] = name.startsWith('@') ? splitOnce(name.slice(1)) : [undefined, name];
  const shownVersion = urlVersion(version);
  const downloadLocation = locationOf(url);
  const isPlain = plainName.test(base) && (scope === undefined || plainName.test(scope));
  const isOneLine = manifest.licenses.every((license) => !license.includes('\n'));
  if (!isPlain || !isOneLine || shownVersion === undefined || downloadLocation === undefined)
    return undefined;
  return {
    name,
    version: version === '' ? unknownVersion : version,
    type: 'npm',
    locations: [path],
    licenses: manifest.licenses.map(declaredLicense).filter((license) => license !== undefined),
    metadata: hashMetadata('NpmPackage', { ...manifest }, generation),
    purl: `pkg:npm/${scope === undefined ? '' : `%40${scope}/`}${base}${version === '' ? '' : `@${shownVersion}`}`,
    cpes: [],
    makers: urlMakers([url, homepage]),
    person: personName(author),
    homepage,
    description,
    downloadLocation,
  };
}

function splitOnce(name: string): [string, string] {
  const cut = name.indexOf('/');
  return [name.slice(0, Math.max(0, cut)), name.slice(cut + 1)];
}

/** A URL that Go prints as it was; undefined for any other. */
function locationOf(url: string): string | undefined {
  // `owner/name` alone is a place on GitHub for npm, and not a URL.
  if (url === '' || /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/.test(url)) return noAssertion;
  const [, repository] = /^github:([A-Za-z0-9._/-]+)$/.exec(url) ?? [];
  if (repository !== undefined) return `https://github.com/${repository}`;
  return /^(git\+)?(https?|git|ssh):\/\/[A-Za-z0-9._~@/+-]+$/.test(url) ? url : undefined;
}
