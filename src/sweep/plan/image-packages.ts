/** What an image has of apk's packages: its list of what is installed, or an SBOM of it (SPDX 2.x JSON, CycloneDX JSON, by their package URLs). */
import { decodeBytes } from '../../bytes.ts';
import { parsePurl } from '../../claim/sbom/parse-purl.ts';
import { Failure } from '../../failure.ts';
import { isJsonObject, type JsonObject, parseBoundedJson, textMember } from '../../formats/bounded-json.ts';
import { type PackageName, type PackageVersion, parsePackageName, parsePackageVersion } from '../../names.ts';
import { parseInstalled } from '../../repository/installed.ts';

export interface ImagePackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
}

/** The packages, each once, sorted. Fails with `usage` for what is of none of these forms, or names no package of apk. */
export function parseImagePackages(bytes: Uint8Array): readonly ImagePackage[] {
  const named = bytes[0] === openBrace ? fromSbom(bytes) : parseInstalled(decodeBytes(bytes));
  const packages = named.flatMap(({ name, version }): ImagePackage[] => {
    const parsed = { name: parsePackageName(name), version: parsePackageVersion(version) };
    return parsed.name === undefined || parsed.version === undefined ? [] : [parsed as ImagePackage];
  });
  if (packages.length === 0)
    throw new Failure('usage', 'this names no package of apk', {
      expected: 'lib/apk/db/installed of an image, or an SBOM as JSON: SPDX 2, or CycloneDX',
    });
  const byName = new Map(packages.map((each) => [`${each.name}=${each.version}`, each]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

const openBrace = 0x7b;

function fromSbom(bytes: Uint8Array): { readonly name: string; readonly version: string }[] {
  const read = parseBoundedJson(bytes);
  if ('fault' in read || !isJsonObject(read.value))
    throw new Failure('usage', 'this is not JSON that can be read');
  return purlsOf(read.value).flatMap((text) => {
    const purl = parsePurl(text);
    return purl?.type === 'apk' ? { name: purl.name, version: purl.version } : [];
  });
}

/** SPDX 2.3, `externalRefs` of packages; CycloneDX 1.x, `purl` of components, those inside others included. */
function purlsOf(document: JsonObject): string[] {
  const spdx = objectsIn(document['packages'])
    .flatMap((each) => objectsIn(each['externalRefs']))
    .filter((reference) => textMember(reference, 'referenceType') === 'purl')
    .flatMap((reference) => textMember(reference, 'referenceLocator') ?? []);
  const pending = objectsIn(document['components']);
  const components: string[] = [];
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    components.push(textMember(each, 'purl') ?? '');
    for (const inner of objectsIn(each['components'])) pending.push(inner);
  }
  return [...spdx, ...components];
}

function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
