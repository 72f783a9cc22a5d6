/**
 * What differs between the versions of melange, as far as it shows in bytes: one record of switches per
 * version. Source: the version tables of melange v0.16.0 to v0.59.1 (pkg/build, pkg/config, pkg/sca and
 * apko's pkg/apk and pkg/sbom at the tags that each row names); checked against packages that those versions
 * built (docs/fidelity.md).
 */
import { compareVersions, parseRelease, type Version } from './version.ts';

/** Encoder generations of klauspost/compress: v1.15.10 to v1.18.0, v1.18.1, v1.18.2 and later. */
export type DeflateGeneration = 'v1.15.10' | 'v1.18.1' | 'v1.18.2';

/** How the licences of a package were joined. */
export type LicenseJoin = ' OR ' | ' AND ';

/** How packageurl-go of that time escaped (0.1.3, 0.1.4 and 0.1.5, 0.1.6). */
export type PurlEscaping = '0.1.3' | '0.1.4' | '0.1.6';

/** The licence validator (go-spdx) that decided which ids are printed as written; `none`: all are. */
export type LicenseValidator = 'none' | '2.3.5' | '2.4.0' | '2.5.0' | '2.6.0' | '2.7.0';

/** How owners of files and directories reach the archive. */
export type OwnerHandling = 'disk' | 'root' | 'disk-with-directories' | 'disk-files-only';

/** How modes of regular files reach the archive; directories keep 0o777 only, but for `disk`. */
export type ModeHandling = 'disk' | 'permissions' | 'full';

/** How the compiled recipe is written. */
export interface RecipeForm {
  /** The first three of a package's options are there although they are false. */
  readonly falseOptions: boolean;
  /** `require-sequential` of `update` is there although it is false. */
  readonly falseSequence: boolean;
  /** By what the locked packages are sorted: `name=version`, or the name alone. */
  readonly lockOrder: 'text' | 'name';
}

export interface Format {
  readonly version: Version;

  // Archive
  readonly signature: {
    readonly algorithm: 'RSA' | 'RSA256';
    readonly mode: number;
    readonly gzip: 'klauspost' | 'go';
  };
  readonly deflate: DeflateGeneration;
  readonly owners: OwnerHandling;
  readonly modes: ModeHandling;
  readonly hardLinks: 'links' | 'copies';
  readonly xattrs: 'files-and-directories' | 'files' | 'none';

  // .PKGINFO
  readonly maintainer: boolean;

  // Compiled recipe
  readonly recipe: RecipeForm;

  // Dependencies
  readonly ldSoConf: boolean;
  /** A library directory that ends in `/...` stands for everything below it. */
  readonly recursiveLibraryDirectories: boolean;
  readonly docs: boolean;
  readonly perl: boolean;
  readonly rubyInLib: boolean;
  /** Ruby packages depend on `ruby-X.Y-base` instead of `ruby-X.Y` (v0.17.2 only). */
  readonly rubyBase: boolean;
  readonly kernel: 'none' | 'v0.34.2' | 'v0.40.3';
  readonly shebang: {
    readonly directories: readonly string[];
    readonly followsSymlinks: boolean;
    readonly ignoresLuajit: boolean;
    readonly ignoresRuby: boolean;
    /** A line of `#!` and nothing else ended the whole build. */
    readonly failsOnBlank: boolean;
  };
  readonly soVer: boolean;
  /** Programs named `*.so` that have an interpreter provide their SONAME. */
  readonly sonameOfSuffixSo: boolean;
  readonly elfNeedsExecutableBit: boolean;
  /** Which needs that end in plain `.so` became dependencies; files of that name in the build went another way. */
  readonly plainSo: 'none' | 'v0.30.1' | 'v0.30.2';
  /** Libraries that the host brings, by where their names are left out. */
  readonly hostLibraries: {
    readonly needed: 'libcuda' | 'all';
    readonly provided: 'none' | 'libcuda' | 'all';
    readonly linked: 'none' | 'all';
  };
  readonly goFips: 'v0.16.0' | 'v0.31.3';
  readonly absoluteLinksFollowedOnHost: boolean;

  // SBOM
  readonly sbom: {
    readonly mode: number;
    readonly namespaceHash: 'sha1' | 'fnv1a-128';
    readonly copyrightText: 'newline-each' | 'attestation-or-noassertion';
    readonly osElement: 'none' | 'os-release' | 'namespace';
    readonly osSupplier: boolean;
    readonly purposes: boolean;
    readonly componentIds: boolean;
    /** Sources carry their download location and checksums. */
    readonly checksums: boolean;
    /** `expected-sha512` printed the value of `expected-sha256` (v0.25.0 only). */
    readonly sha512Defect: boolean;
    readonly gitSources:
      | 'prefix'
      | 'v0.25'
      | 'gitlab-v0.26.0'
      | 'gitlab-v0.26.7'
      | 'gitlab-v0.29.3'
      | 'github-only';
    readonly distroQualifier: boolean;
    readonly subpackageSources: 'none' | 'last' | 'before-recipe';
    /** Supplier of the recipe element when no namespace was given; every other element says `unknown`. */
    readonly recipeNamespace: 'as-given' | 'unknown-if-empty';
    readonly licenses: LicenseValidator;
    readonly licenseJoin: LicenseJoin;
    readonly cpe: boolean;
    readonly purl: PurlEscaping;
  };

  // Build
  /** Entries of the environment that are left out of the guest: named with two dots, or links out of it. */
  readonly guestEntries: 'all' | 'undoubted';
  readonly wrapper: { readonly line: string; readonly quotesDirectory: boolean };
  readonly path: string;
  /** What becomes of the working directory of a step: all are taken as they stand, are put below the workspace, or only relative ones are. */
  readonly stepDirectory: 'as-given' | 'below' | 'relative-below';
  readonly stepEnvironmentInherits: boolean;
  /** Subpackages are built although the origin has no step; otherwise no step runs at all, and there is no guest. */
  readonly buildsWithoutOriginSteps: boolean;
  readonly condition: 'left-to-right' | 'and-of-pairs';
  readonly gccSpec: 'none' | 'plain' | 'unless-relocatable';
  readonly appCpe: boolean;
  readonly clangConfig: boolean;
  readonly fdoHeader: boolean;
}

const pathOld = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const pathNew = '/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin';

/** The switches of one version. Versions newer than the newest known one are taken to be like it. */
export function formatOf(version: Version): Format {
  const from = (text: string) => compareVersions(version, parseRelease(text)!) >= 0;
  const within = (first: string, end: string) => from(first) && !from(end);
  return {
    version,

    signature: {
      algorithm: from('v0.18.0') ? 'RSA256' : 'RSA',
      mode: from('v0.29.5') ? 0o644 : 0o777,
      gzip: from('v0.23.7') ? 'go' : 'klauspost',
    },
    deflate: from('v0.34.2') ? 'v1.18.2' : from('v0.32.0') ? 'v1.18.1' : 'v1.15.10',
    owners: from('v0.30.5')
      ? 'disk-files-only'
      : from('v0.26.10')
        ? 'disk-with-directories'
        : from('v0.23.0')
          ? 'root'
          : 'disk',
    modes: from('v0.23.8') ? 'full' : from('v0.23.0') ? 'permissions' : 'disk',
    hardLinks: from('v0.23.0') ? 'copies' : 'links',
    xattrs: from('v0.23.8')
      ? 'files'
      : from('v0.23.2')
        ? 'files-and-directories'
        : from('v0.23.0')
          ? 'none'
          : 'files-and-directories',

    maintainer: from('v0.23.0'),

    recipe: {
      falseOptions: !from('v0.23.8'),
      falseSequence: from('v0.17.4'),
      lockOrder: from('v0.18.2') ? 'text' : 'name',
    },

    ldSoConf: from('v0.23.1'),
    recursiveLibraryDirectories: from('v0.34.0'),
    docs: from('v0.15.12'),
    perl: from('v0.48.0'),
    rubyInLib: from('v0.48.0'),
    rubyBase: within('v0.17.2', 'v0.17.3'),
    kernel: from('v0.40.3') ? 'v0.40.3' : from('v0.34.2') ? 'v0.34.2' : 'none',
    shebang: {
      directories: from('v0.23.6') ? ['usr/bin/', 'usr/local/bin/', 'usr/local/sbin/'] : ['usr/bin/', 'bin/'],
      followsSymlinks: !from('v0.23.0'),
      ignoresLuajit: from('v0.23.0'),
      ignoresRuby: within('v0.17.2', 'v0.17.3'),
      failsOnBlank: !from('v0.34.2'),
    },
    soVer: from('v0.26.13'),
    sonameOfSuffixSo: from('v0.29.1'),
    elfNeedsExecutableBit: !from('v0.30.1'),
    plainSo: within('v0.30.1', 'v0.30.2') ? 'v0.30.1' : within('v0.30.2', 'v0.30.3') ? 'v0.30.2' : 'none',
    hostLibraries: {
      needed: from('v0.30.1') ? 'all' : 'libcuda',
      provided: from('v0.30.1') ? 'all' : from('v0.29.2') ? 'libcuda' : 'none',
      linked: from('v0.41.1') ? 'all' : 'none',
    },
    goFips: from('v0.31.3') ? 'v0.31.3' : 'v0.16.0',
    absoluteLinksFollowedOnHost: !from('v0.50.2'),

    sbom: {
      mode: within('v0.23.0', 'v0.29.5') ? 0o666 : 0o644,
      namespaceHash: from('v0.19.1') ? 'fnv1a-128' : 'sha1',
      copyrightText: from('v0.19.4') ? 'attestation-or-noassertion' : 'newline-each',
      osElement: from('v0.43.2') ? 'namespace' : from('v0.27.0') ? 'os-release' : 'none',
      osSupplier: from('v0.30.1'),
      purposes: from('v0.43.0'),
      componentIds: from('v0.43.0'),
      checksums: from('v0.25.0'),
      sha512Defect: within('v0.25.0', 'v0.25.1'),
      gitSources: from('v0.51.0')
        ? 'github-only'
        : from('v0.29.3')
          ? 'gitlab-v0.29.3'
          : from('v0.26.7')
            ? 'gitlab-v0.26.7'
            : from('v0.26.0')
              ? 'gitlab-v0.26.0'
              : from('v0.25.0')
                ? 'v0.25'
                : 'prefix',
      distroQualifier: from('v0.30.0'),
      subpackageSources: from('v0.34.1') ? 'before-recipe' : from('v0.33.0') ? 'last' : 'none',
      recipeNamespace: from('v0.34.1') ? 'unknown-if-empty' : 'as-given',
      licenses: from('v0.50.8')
        ? '2.7.0'
        : from('v0.50.4')
          ? '2.6.0'
          : from('v0.50.0')
            ? '2.5.0'
            : from('v0.43.3')
              ? '2.4.0'
              : from('v0.37.4')
                ? '2.3.5'
                : 'none',
      licenseJoin: from('v0.29.1') ? ' AND ' : ' OR ',
      cpe: from('v0.46.0'),
      purl: from('v0.50.4') ? '0.1.6' : from('v0.43.3') ? '0.1.4' : '0.1.3',
    },

    guestEntries: from('v0.32.0') ? 'undoubted' : 'all',
    wrapper: {
      line: from('v0.46.0') ? 'set -eo pipefail' : 'set -e ',
      quotesDirectory: !from('v0.40.3'),
    },
    path: from('v0.23.6') ? pathNew : pathOld,
    stepDirectory: from('v0.23.15') ? 'relative-below' : from('v0.23.13') ? 'below' : 'as-given',
    stepEnvironmentInherits: from('v0.31.2'),
    buildsWithoutOriginSteps: from('v0.33.2') || within('v0.23.16', 'v0.25.0'),
    condition: from('v0.43.7') ? 'left-to-right' : 'and-of-pairs',
    gccSpec: from('v0.56.0') ? 'unless-relocatable' : from('v0.19.1') ? 'plain' : 'none',
    appCpe: from('v0.37.1'),
    clangConfig: from('v0.46.0'),
    fdoHeader: from('v0.56.0'),
  };
}
