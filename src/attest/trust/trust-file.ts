/** `trust.yaml`: whom a verifier trusts (docs/attestations.md). It is the user's own, so what is wrong in it is `usage`, with its place. */
import { parseLocatedYaml } from '../../claim/recipe/parse-yaml.ts';
import type { LocatedEntry, LocatedNode, TextPlace } from '../../claim/recipe/yaml-node.ts';
import { Failure } from '../../failure.ts';
import { type AttestationKey, parseAttestationKey } from '../keys/attestation-key.ts';
import { type StatementKind, statementKinds } from '../statements/observation.ts';
import {
  type TrustedKey,
  type TrustedRebuilder,
  type TrustedRebuilders,
  trustedKey,
} from './trusted-keys.ts';

const mostRebuilders = 256;
const mostKeys = 1024;
const secondsPerDay = 86_400;
/** Statements of equal bytes. OSS Rebuild also states what is equal only once it is normalised, which never counts. */
const usualKinds: readonly StatementKind[] = ['wolfi-repro', 'link'];

/**
 * Parses a trust file. Unknown members are refused: a word that was mistyped would otherwise widen what is trusted.
 * @param readKey reads a file that the trust file names
 */
export function parseTrustFile(
  name: string,
  bytes: Uint8Array,
  readKey: (path: string) => Uint8Array,
): TrustedRebuilders {
  const file = new TrustFile(name, readKey);
  const node = parseLocatedYaml(bytes);
  if (node.kind === 'fault') return file.refuse(node, `it ${node.problem}`, 'YAML');
  const top = file.members(node, ['rebuilders', 'mostAgeDays']);
  const listed = file.items(node, top.get('rebuilders'), 'rebuilders');
  if (listed.length > mostRebuilders)
    file.refuse(node, 'it has too many rebuilders', `at most ${mostRebuilders}`);
  const read = listed.map((each) => file.rebuilder(each));
  const keys = read.flatMap(({ keys: own }) => own);
  if (keys.length > mostKeys) file.refuse(node, 'it has too many keys', `at most ${mostKeys}`);
  const age = top.get('mostAgeDays');
  return {
    rebuilders: read.map(({ rebuilder }) => rebuilder),
    keys,
    mostAgeDays: age === undefined ? undefined : file.days(age),
  };
}

type Members = ReadonlyMap<string, LocatedNode>;

class TrustFile {
  readonly #name: string;
  readonly #readKey: (path: string) => Uint8Array;
  /** One key is one vote: two rebuilders of the same name, or with the same key, would be counted twice. */
  readonly #seen = new Set<string>();

  constructor(name: string, readKey: (path: string) => Uint8Array) {
    this.#name = name;
    this.#readKey = readKey;
  }

  refuse({ at }: { readonly at: TextPlace }, problem: string, expected: string): never {
    throw new Failure('usage', `${this.#name}:${at.line}:${at.column}: ${problem}`, { expected });
  }

  members(node: LocatedNode, known: readonly string[]): Members {
    if (node.kind !== 'mapping')
      return this.refuse(node, 'this is not a mapping', `a mapping of ${known.join(', ')}`);
    const unknown = node.entries.find(({ key }) => !known.includes(key));
    if (unknown !== undefined)
      this.refuse(unknown, `${unknown.key} is not a member`, `one of ${known.join(', ')}`);
    return new Map(node.entries.map(({ key, value }: LocatedEntry) => [key, value]));
  }

  items(around: LocatedNode, node: LocatedNode | undefined, what: string): readonly LocatedNode[] {
    if (node?.kind === 'sequence' && node.items.length > 0) return node.items;
    return this.refuse(node ?? around, `${what} is not a list`, 'a list of at least one');
  }

  days(node: LocatedNode): number {
    if (node.kind === 'scalar' && /^[1-9]\d{0,4}$/.test(node.text)) return Number(node.text);
    return this.refuse(node, 'this is not a number of days', 'such as 90');
  }

  rebuilder(node: LocatedNode): { rebuilder: TrustedRebuilder; keys: TrustedKey[] } {
    const found = this.members(node, ['name', 'accepts', 'keys']);
    const name = this.#text(node, found, 'name');
    this.#once(node, `the name ${name}`);
    const accepts = found.get('accepts');
    const kinds =
      accepts === undefined
        ? usualKinds
        : this.items(node, accepts, 'accepts').map((each) => this.#kind(each));
    const keys = this.items(node, found.get('keys'), 'keys').map((each) => this.#key(each, name));
    return { rebuilder: { name, accepts: kinds }, keys };
  }

  #text(around: LocatedNode, members: Members, member: string): string {
    const node = members.get(member);
    if (node?.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value;
    return this.refuse(node ?? around, `${member} is not a text`, 'a text');
  }

  #once(node: LocatedNode, what: string): void {
    if (this.#seen.has(what)) this.refuse(node, `${what} is there twice`, 'one vote for each rebuilder');
    this.#seen.add(what);
  }

  #kind(node: LocatedNode): StatementKind {
    const kind = node.kind === 'scalar' ? statementKinds.find((each) => each === node.text) : undefined;
    return kind ?? this.refuse(node, 'this is not a kind of statement', statementKinds.join(', '));
  }

  #key(node: LocatedNode, rebuilder: string): TrustedKey {
    const found = this.members(node, ['file', 'key', 'until']);
    const key = this.#publicKey(node, found);
    this.#once(node, `the key ${key.fingerprint}`);
    const until = found.get('until');
    return trustedKey(key, rebuilder, until === undefined ? undefined : this.#endOfDay(until));
  }

  #publicKey(node: LocatedNode, found: Members): AttestationKey {
    if (found.has('file') === found.has('key'))
      return this.refuse(node, 'a key is either in a file or here', 'file or key');
    if (found.has('key'))
      return parseAttestationKey(
        `the key at ${this.#name}:${node.at.line}`,
        Buffer.from(this.#text(node, found, 'key')),
      );
    const path = this.#text(node, found, 'file');
    return parseAttestationKey(path, this.#readKey(path));
  }

  /** The end of the last day on which a key counts, in UTC. */
  #endOfDay(node: LocatedNode): number {
    const text = node.kind === 'scalar' ? node.text : '';
    const milliseconds = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
    // The 30th of February is parsed as a day of March.
    const isDay = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
    return !isDay
      ? this.refuse(node, 'this is not a day', 'such as 2027-06-01')
      : milliseconds / 1000 + secondsPerDay;
  }
}
