/**
 * What syft finds in a package besides the package: the elements of its own document, as they go into production's
 * (wolfi-dev/wolfictl v0.39.22 pkg/sbom/sbom.go; syft v1.38.0). The program itself is handed in.
 */
import {
  isJsonObject,
  type JsonObject,
  listMember,
  parseBoundedJson,
  textMember,
} from '../../../claim/sbom/json.ts';
import { Failure } from '../../../failure.ts';
import { printCpe } from './cpe.ts';
import type { LibraryPackage } from './document.ts';
import { cpeReference } from './elements.ts';

/** One element that a scan gave, with what syft sorts by. */
export interface FoundPackage {
  readonly element: LibraryPackage;
  /** syft's kind of package: `python`, `go-module`. */
  readonly type: string;
  /** Where syft found it first. */
  readonly location: string;
}

/** Both forms in which syft prints one scan: `-o spdx-json` and `-o syft-json`. */
export interface SyftOutput {
  readonly spdx: Uint8Array;
  readonly syft: Uint8Array;
}

/** Which cataloguers run, as the command's options; production's own selection, as far as it is known. */
export const syftSelection: readonly string[] = [
  '--override-default-catalogers',
  'image',
  '--select-catalogers',
  '-sbom,-elf-package,-rpm',
];

/**
 * The elements of a scan in syft's order, without the scanned directory and without binaries, which belong to the
 * package. Fails with `unsupported` where the output is not what syft writes.
 */
export function parseSyftOutput({ spdx, syft }: SyftOutput): FoundPackage[] {
  const artifacts = new Map(
    listMember(parseObject(syft), 'artifacts')
      .filter(isJsonObject)
      .map((artifact) => [textMember(artifact, 'id') ?? '', artifact]),
  );
  return listMember(parseObject(spdx), 'packages').flatMap((element): FoundPackage[] => {
    if (!isLibraryPackage(element))
      throw new Failure('unsupported', 'syft printed an element of another form');
    const artifact = artifacts.get(element.SPDXID.slice(element.SPDXID.lastIndexOf('-') + 1));
    // The directory itself is no artifact.
    if (artifact === undefined) return [];
    const type = textMember(artifact, 'type') ?? '';
    if (type === 'binary') return [];
    return [{ element: withGoCpes(element, type), type, location: firstLocation(artifact) }];
  });
}

function parseObject(bytes: Uint8Array): JsonObject {
  const json = parseBoundedJson(bytes);
  if ('fault' in json || !isJsonObject(json.value)) {
    throw new Failure('unsupported', 'syft did not print the JSON that was asked for', {
      got: 'fault' in json ? json.fault : 'not an object',
    });
  }
  return json.value;
}

/** Keys are in the library's order already: the same library wrote them. */
function isLibraryPackage(value: unknown): value is LibraryPackage {
  return (
    isJsonObject(value) &&
    [value['name'], value['SPDXID'], value['downloadLocation']].every((text) => typeof text === 'string') &&
    typeof value['filesAnalyzed'] === 'boolean'
  );
}

function firstLocation(artifact: JsonObject): string {
  const [first] = listMember(artifact, 'locations');
  return isJsonObject(first) ? (textMember(first, 'path') ?? '') : '';
}

/** Go's own modules are known by their packages (wolfi-dev/wolfictl v0.39.22 pkg/sbom/cpe.go). */
const goProducts: Readonly<Record<string, string>> = {
  'golang.org/x/crypto': 'crypto bcrypt openpgp scrypt ssh',
  'golang.org/x/net': 'networking bpf dns html http httpproxy http2 hpack proxy route trace webdev websocket',
  'golang.org/x/oauth2': 'oauth2 jws jwt',
};

function withGoCpes(element: LibraryPackage, type: string): LibraryPackage {
  if (type !== 'go-module' || !Object.hasOwn(goProducts, element.name)) return element;
  const cpes = goProducts[element.name]!.split(' ').map((product) =>
    printCpe({ vendor: 'golang', product, targetSoftware: 'go' }),
  );
  const others = (element.externalRefs ?? []).filter(({ referenceType }) => referenceType !== 'cpe23Type');
  return { ...element, externalRefs: [...cpes.map(cpeReference), ...others] };
}
