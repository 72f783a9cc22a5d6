/**
 * What pins the downloads of Gradle and Maven: `gradle/verification-metadata.xml` (docs.gradle.org, "Verifying dependencies"), and the properties of
 * the wrappers (docs.gradle.org, "Gradle Wrapper"; maven.apache.org/wrapper). Keys and trusted artifacts of the former pin no bytes.
 */
import { decodeBytes } from '../bytes.ts';
import { childrenOf, parseXml, type XmlElement } from '../formats/xml.ts';
import { addressSubjects, hexDigest, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parseVerificationMetadata(file: string, bytes: Uint8Array): ParsedPins {
  const document = parseXml(bytes);
  if (document === undefined) return 'not-this-format';
  const list = new PinList(file);
  const components = childrenOf(document.root, 'components').flatMap((each) => childrenOf(each, 'component'));
  for (const component of components) {
    const coordinates = ['group', 'name', 'version'].map((key) => component.attributes.get(key) ?? '');
    for (const artifact of childrenOf(component, 'artifact')) {
      const name = artifact.attributes.get('name') ?? '';
      const subject = subjectOf('maven-file', ...coordinates, name);
      list.add([subject], artifactDigests(artifact), `${coordinates.join(':')} ${name}`);
    }
  }
  return list.pins;
}

function artifactDigests(artifact: XmlElement) {
  return artifact.children
    .flatMap((digest) => [digest, ...childrenOf(digest, 'also-trust')].map((each) => ({ digest, each })))
    .flatMap(({ digest, each }) => hexDigest(digest.name, each.attributes.get('value') ?? '') ?? []);
}

/** Addresses of wrappers, each with the key of its digest. */
const wrapperKeys = [
  ['distributionUrl', 'distributionSha256Sum'],
  ['wrapperUrl', 'wrapperSha256Sum'],
] as const;

export function parseWrapperProperties(file: string, bytes: Uint8Array): ParsedPins {
  const values = new Map<string, { readonly value: string; readonly line: number }>();
  for (const [index, line] of decodeBytes(bytes).split('\n').entries()) {
    const at = line.search(/[=:]/);
    if (at < 0 || /^\s*[#!]/.test(line)) continue;
    // java.util.Properties escapes `:` and `=` by a backslash.
    values.set(line.slice(0, at).trim(), {
      value: line
        .slice(at + 1)
        .trim()
        .replace(/\\(.)/g, '$1'),
      line: index + 1,
    });
  }
  const list = new PinList(file);
  for (const [addressKey, digestKey] of wrapperKeys) {
    const [address, digest] = [values.get(addressKey), values.get(digestKey)];
    const parsed = hexDigest('sha256', digest?.value ?? '');
    if (address !== undefined && parsed !== undefined)
      list.add(addressSubjects(address.value), [parsed], digestKey, digest!.line);
  }
  return list.pins;
}
