/** Ways to tamper with a production package, with all digests corrected, and how each must be explained. */
import type { SbomDifference } from '../../../src/compare/sbom-elements.ts';
import { checksumKey } from '../../../src/emit/tar-entries.ts';
import type { PathChange } from '../../../src/inference/production/path-search.ts';
import { type PartEntry, repack, withData, withSbom, withText } from '../../support/parts.ts';

export interface Mutation {
  readonly what: string;
  readonly apply: (path: string) => Promise<Uint8Array>;
  /** Differences that must be among those named. */
  readonly explained: readonly Partial<SbomDifference>[];
  readonly paths: 'paths-match' | 'paths-differ' | 'unknown';
  /** Paths that the witness names. */
  readonly change?: PathChange;
}

/** Folders of the lab in which `scripted` is, one for each form. */
export const mutatedForms: readonly string[] = [
  'production-v0.59.1',
  'production-A',
  'production-B',
  'production-C',
  'production-D',
];

interface Document {
  packages: {
    SPDXID: string;
    supplier?: string;
    externalRefs?: { referenceType: string }[];
    [key: string]: unknown;
  }[];
  relationships: { spdxElementId: string; relatedSpdxElement: string; relationshipType: string }[];
}

const root = 'SPDXRef-DocumentRoot-Directory-scripted';

function inDocument(change: (document: Document) => void): (path: string) => Promise<Uint8Array> {
  return inText((text) => {
    const document = JSON.parse(text) as Document;
    change(document);
    return goText(document);
  });
}

function inText(change: (text: string) => string): (path: string) => Promise<Uint8Array> {
  return (path) => repack(path, (parts) => withSbom(parts, change));
}

function inTree(
  change: (entries: readonly PartEntry[]) => readonly PartEntry[],
): (path: string) => Promise<Uint8Array> {
  return (path) => repack(path, (parts) => withData(parts, change(parts.data)));
}

/** JSON as Go writes it. */
export function goText(document: unknown): string {
  const json = JSON.stringify(document, undefined, 2);
  return `${json.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`;
}

function recordOf({ packages }: Document): Document['packages'][number] {
  return packages.find(({ sourceInfo }) => sourceInfo !== undefined)!;
}

function added(name: string): PartEntry {
  const file = {
    name,
    type: '0',
    mode: 0o755,
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
    size: 0,
    mtime: 1718452800,
    linkname: '',
    devmajor: 0,
    devminor: 0,
    pax: new Map([[checksumKey, new Uint8Array(0)]]),
    content: new Uint8Array(0),
  };
  return withText(file, '#!/bin/sh\nid\n');
}

/** Of `scripted`, in the document or in the tree. */
export const mutations: readonly Mutation[] = [
  {
    what: 'a CPE dropped',
    apply: inDocument((document) => recordOf(document).externalRefs!.shift()),
    explained: [{ kind: 'member', member: 'externalRefs' }],
    paths: 'paths-match',
  },
  {
    what: 'another id',
    apply: inText((text) =>
      text.replace(
        /(-apk-scripted-[0-9a-f]{15})([0-9a-f])"/g,
        (_, start, last) => `${start}${last === '0' ? '1' : '0'}"`,
      ),
    ),
    explained: [{ kind: 'other-id', member: 'SPDXID' }],
    paths: 'unknown',
  },
  {
    what: 'another supplier',
    apply: inDocument((document) => {
      recordOf(document).supplier = 'Organization: somebody';
    }),
    explained: [{ kind: 'member', member: 'supplier', published: '"Organization: somebody"' }],
    paths: 'paths-match',
  },
  {
    what: 'an element added',
    apply: inDocument((document) => {
      const element = {
        name: 'more',
        SPDXID: 'SPDXRef-Package-more',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
      };
      document.packages.splice(-1, 0, element);
      const related = {
        spdxElementId: root,
        relatedSpdxElement: element.SPDXID,
        relationshipType: 'CONTAINS',
      };
      document.relationships.splice(-1, 0, related);
    }),
    explained: [{ kind: 'only-published', element: 'SPDXRef-Package-more', member: 'packages' }],
    paths: 'paths-match',
  },
  {
    what: 'a package that a scan is said to have found',
    apply: inDocument((document) => {
      document.packages.splice(-1, 0, {
        name: 'evil',
        SPDXID: 'SPDXRef-Package-python-evil-0123456789abcdef',
        sourceInfo:
          'acquired package info from installed python package manifest file: /usr/lib/evil/METADATA',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
      });
    }),
    explained: [{ kind: 'unregenerated', element: 'SPDXRef-Package-python-evil-0123456789abcdef' }],
    paths: 'paths-match',
  },
  {
    what: 'relationships in another order',
    apply: inDocument(({ relationships }) => {
      relationships.reverse();
    }),
    explained: [{ kind: 'order', member: 'relationships' }],
    paths: 'paths-match',
  },
  {
    what: 'white space at the end',
    apply: inText((text) => `${text}\n`),
    explained: [{ kind: 'form', element: 'SPDXRef-DOCUMENT' }],
    paths: 'paths-match',
  },
  {
    what: 'a file added to the tree',
    apply: inTree((entries) => insertBefore(entries, 'usr/share', added('usr/bin/zz'))),
    explained: [{ kind: 'other-id', member: 'SPDXID' }],
    paths: 'paths-differ',
    change: { surplus: ['usr/bin/zz'], missing: [] },
  },
  {
    what: 'a file taken from the tree',
    apply: inTree((entries) => entries.filter(({ name }) => name !== 'usr/bin/scriptedd')),
    explained: [{ kind: 'other-id', member: 'SPDXID' }],
    paths: 'paths-differ',
    change: { surplus: [], missing: ['usr/bin/scriptedd'] },
  },
  {
    what: 'a file of the tree renamed',
    apply: inTree((entries) =>
      entries.map((entry) => (entry.name === 'usr/bin/scriptedd' ? { ...entry, name: 'usr/bin/zz' } : entry)),
    ),
    explained: [{ kind: 'other-id', member: 'SPDXID' }],
    paths: 'paths-differ',
    change: { surplus: ['usr/bin/zz'], missing: ['usr/bin/scriptedd'] },
  },
  {
    what: 'another program named in the head',
    apply: inText((text) =>
      text.replace(/Tool: (melange|chainguard-build) \(/, 'Tool: chainguard-builder ('),
    ),
    explained: [{ kind: 'member', member: 'creationInfo' }],
    paths: 'paths-match',
  },
  {
    what: 'the namespace of another document',
    apply: inText((text) =>
      text.replace(/(chainguard\/(?:melange|build)\/)[0-9a-f]/, (_, start) => `${start}f`),
    ),
    explained: [{ kind: 'member', member: 'documentNamespace' }],
    paths: 'paths-match',
  },
  {
    what: 'the scanned directory attached in another way',
    apply: inDocument((document) => {
      document.relationships.at(-1)!.relationshipType = 'OTHER';
    }),
    explained: [{ kind: 'only-published', member: 'relationships' }],
    paths: 'paths-match',
  },
];

/** Elements that a scan found: all that are acquired from somewhere but the package itself. */
function scannedOf({ packages }: Document): Document['packages'] {
  return packages.filter(
    ({ sourceInfo }) => typeof sourceInfo === 'string' && !sourceInfo.endsWith('/.PKGINFO'),
  );
}

function drop(document: Document, ids: readonly string[]): void {
  document.packages = document.packages.filter(({ SPDXID }) => !ids.includes(SPDXID));
  document.relationships = document.relationships.filter(
    ({ relatedSpdxElement }) => !ids.includes(relatedSpdxElement),
  );
}

export interface LanguageMutation {
  readonly what: string;
  readonly apply: (path: string) => Promise<Uint8Array>;
  /** `scan-needed` where the bytes come out, but whether something was left out needs a scan. */
  readonly end: 'sbom-only' | 'scan-needed';
}

/** Of packages in whose SBOM a scan found something. */
export const languageMutations: readonly LanguageMutation[] = [
  {
    what: 'one element of a scan dropped',
    apply: inDocument((document) => drop(document, [scannedOf(document)[0]!.SPDXID])),
    end: 'sbom-only',
  },
  {
    what: 'all elements of a scan dropped',
    apply: inDocument((document) =>
      drop(
        document,
        scannedOf(document).map(({ SPDXID }) => SPDXID),
      ),
    ),
    end: 'scan-needed',
  },
  {
    what: 'another version of an element',
    apply: inDocument((document) => {
      scannedOf(document)[0]!['versionInfo'] = '99';
    }),
    end: 'sbom-only',
  },
  {
    what: 'another id of an element',
    apply: inText((text) => {
      const [, id] = /(-(?:python|go-module)-[^"]*-[0-9a-f]{16})"/.exec(text)!;
      const other = id!.slice(0, -1) + (id!.endsWith('0') ? '1' : '0');
      return text.replaceAll(id!, other);
    }),
    end: 'sbom-only',
  },
  {
    what: 'a CPE added to an element',
    apply: inDocument((document) =>
      scannedOf(document)[0]!.externalRefs!.unshift({
        referenceCategory: 'SECURITY',
        referenceType: 'cpe23Type',
        referenceLocator: 'cpe:2.3:a:a:a:1:*:*:*:*:*:*:*',
      } as { referenceType: string }),
    ),
    end: 'sbom-only',
  },
  {
    what: 'two elements in the other order',
    apply: inDocument(({ packages }) => {
      const at = packages.findIndex(({ SPDXID }) => /-(python|go-module)-/.test(SPDXID));
      packages.splice(at, 2, packages[at + 1]!, packages[at]!);
    }),
    end: 'sbom-only',
  },
  {
    what: 'an element that the package no longer contains',
    apply: inDocument((document) => {
      const at = document.relationships.findIndex(
        ({ spdxElementId, relatedSpdxElement }) =>
          /-apk-/.test(spdxElementId) && /-(python|go-module)-/.test(relatedSpdxElement),
      );
      document.relationships.splice(at, 1);
    }),
    end: 'sbom-only',
  },
];

function insertBefore(entries: readonly PartEntry[], name: string, entry: PartEntry): PartEntry[] {
  const at = entries.findIndex((each) => each.name.replace(/\/$/, '') === name);
  return [...entries.slice(0, at), entry, ...entries.slice(at)];
}
