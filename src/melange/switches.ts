/** The differences between the versions of melange that show in bytes, as types; `history.ts` says since when. */
import type { Version } from './version.ts';

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
  /** Whether the first three of a package's options are written even if they are false. */
  readonly falseOptions: boolean;
  /** Whether `require-sequential` of `update` is written even if it is false. */
  readonly falseSequence: boolean;
  /** The order of the locked packages: by `name=version`, or by the name alone. */
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
  /** Which needs that end in plain `.so` became dependencies; files of that name in the build were treated differently. */
  readonly plainSo: 'none' | 'v0.30.1' | 'v0.30.2';
  /** Where the names of libraries that the host brings are left out. */
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
  /** How the working directory of a step is used: as given, below the workspace, or only relative ones below the workspace. */
  readonly stepDirectory: 'as-given' | 'below' | 'relative-below';
  readonly stepEnvironmentInherits: boolean;
  /** Subpackages are built although the origin has no step; if not, no step runs at all, and there is no guest. */
  readonly buildsWithoutOriginSteps: boolean;
  readonly condition: 'left-to-right' | 'and-of-pairs';
  readonly gccSpec: 'none' | 'plain' | 'unless-relocatable';
  readonly appCpe: boolean;
  readonly clangConfig: boolean;
  readonly fdoHeader: boolean;
}

/** The switches that decide the bytes of a document; no other switch of a version influences them. */
export type SbomFormat = Pick<Format, 'sbom'>;

/** All switches, without the version itself. */
export type Switches = Omit<Format, 'version'>;
