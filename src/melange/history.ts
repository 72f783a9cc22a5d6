/**
 * The changes of melange that show in bytes: the rules of the oldest version, and one row for each later change.
 * docs/melange/history.md is made from it.
 */
import type { Switches } from './switches.ts';

/** Settings of a row: groups of switches may be given in part. */
export type Settings = {
  readonly [K in keyof Switches]?: Switches[K] extends readonly unknown[] | string | boolean
    ? Switches[K]
    : Partial<Switches[K]>;
};

export interface Change {
  /** The first release that does so. */
  readonly since: string;
  /** The change, as a sentence without a full stop. */
  readonly what: string;
  /** Where it is decided at that tag: a file of melange, of apko, or a library in go.mod. */
  readonly source: string;
  readonly set: Settings;
}

const pathOld = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const pathNew = '/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin';

/** The rules before the first row. */
export const oldest: Switches = {
  signature: { algorithm: 'RSA', mode: 0o777, gzip: 'klauspost' },
  deflate: 'v1.15.10',
  owners: 'disk',
  modes: 'disk',
  hardLinks: 'links',
  xattrs: 'files-and-directories',
  maintainer: false,
  recipe: { falseOptions: true, falseSequence: false, lockOrder: 'name' },
  ldSoConf: false,
  recursiveLibraryDirectories: false,
  docs: false,
  perl: false,
  rubyInLib: false,
  rubyBase: false,
  kernel: 'none',
  shebang: {
    directories: ['usr/bin/', 'bin/'],
    followsSymlinks: true,
    ignoresLuajit: false,
    ignoresRuby: false,
    failsOnBlank: true,
  },
  soVer: false,
  sonameOfSuffixSo: false,
  elfNeedsExecutableBit: true,
  plainSo: 'none',
  hostLibraries: { needed: 'libcuda', provided: 'none', linked: 'none' },
  goFips: 'v0.16.0',
  absoluteLinksFollowedOnHost: true,
  sbom: {
    mode: 0o644,
    namespaceHash: 'sha1',
    copyrightText: 'newline-each',
    osElement: 'none',
    osSupplier: false,
    purposes: false,
    componentIds: false,
    checksums: false,
    sha512Defect: false,
    gitSources: 'prefix',
    distroQualifier: false,
    subpackageSources: 'none',
    recipeNamespace: 'as-given',
    licenses: 'none',
    licenseJoin: ' OR ',
    cpe: false,
    purl: '0.1.3',
  },
  guestEntries: 'all',
  wrapper: { line: 'set -e ', quotesDirectory: true },
  path: pathOld,
  stepDirectory: 'as-given',
  stepEnvironmentInherits: false,
  buildsWithoutOriginSteps: false,
  condition: 'and-of-pairs',
  gccSpec: 'none',
  appCpe: false,
  clangConfig: false,
  fdoHeader: false,
};

/** Sorted by version; of one version in any order. */
export const changes: readonly Change[] = [
  {
    since: 'v0.15.12',
    what: 'packages named `*-doc` depend on the reader of their manual or info pages',
    source: 'pkg/sca/sca.go',
    set: { docs: true },
  },
  {
    since: 'v0.17.2',
    what: 'Ruby packages depend on `ruby-X.Y-base`, and scripts for `ruby` on nothing',
    source: 'pkg/sca/sca.go',
    set: { rubyBase: true, shebang: { ignoresRuby: true } },
  },
  {
    since: 'v0.17.3',
    what: 'the change to Ruby packages is reverted',
    source: 'pkg/sca/sca.go',
    set: { rubyBase: false, shebang: { ignoresRuby: false } },
  },
  {
    since: 'v0.17.4',
    what: 'the recipe’s `update` says `require-sequential: false` as well',
    source: 'pkg/config/config.go (Update)',
    set: { recipe: { falseSequence: true } },
  },
  {
    since: 'v0.18.0',
    what: 'packages are signed over SHA-256 instead of SHA-1',
    source: 'pkg/build/sign.go (EmitSignature)',
    set: { signature: { algorithm: 'RSA256' } },
  },
  {
    since: 'v0.18.2',
    what: 'the locked packages are sorted by `name=version` instead of the name',
    source: 'go.mod: apko v0.22.4 (pkg/build/lock.go, unify)',
    set: { recipe: { lockOrder: 'text' } },
  },
  {
    since: 'v0.19.1',
    what: 'the SBOM’s namespace is an FNV-1a hash of 128 bits instead of SHA-1',
    source: 'pkg/sbom/document.go',
    set: { sbom: { namespaceHash: 'fnv1a-128' } },
  },
  {
    since: 'v0.19.1',
    what: 'a specification for gcc with the package’s metadata lies in the workspace',
    source: 'pkg/build/build.go (populateWorkspace)',
    set: { gccSpec: 'plain' },
  },
  {
    since: 'v0.19.4',
    what: 'a package without an attestation has the copyright text `NOASSERTION`',
    source: 'pkg/config/config.go',
    set: { sbom: { copyrightText: 'attestation-or-noassertion' } },
  },
  {
    since: 'v0.23.0',
    what: '`.PKGINFO` names the namespace as the maintainer',
    source: 'pkg/build/package.go',
    set: { maintainer: true },
  },
  {
    since: 'v0.23.0',
    what: 'the tree is seen through a file system in memory: root owns all, modes keep 0777, hard links are copies, attributes are lost',
    source: 'pkg/build/build.go; go.mod: apko (pkg/apk/fs/rwosfs.go, memfs.go)',
    set: { owners: 'root', modes: 'permissions', hardLinks: 'copies', xattrs: 'none', sbom: { mode: 0o666 } },
  },
  {
    since: 'v0.23.0',
    what: 'scripts behind symbolic links are not looked at, and scripts for `luajit` depend on nothing',
    source: 'pkg/sca/sca.go',
    set: { shebang: { followsSymlinks: false, ignoresLuajit: true } },
  },
  {
    since: 'v0.23.1',
    what: 'library directories include those of `etc/ld.so.conf.d`',
    source: 'pkg/sca/sca.go',
    set: { ldSoConf: true },
  },
  {
    since: 'v0.23.2',
    what: 'extended attributes are read from the disk again',
    source: 'pkg/build/build.go (storeMetadata)',
    set: { xattrs: 'files-and-directories' },
  },
  {
    since: 'v0.23.6',
    what: 'scripts are looked for in `usr/bin`, `usr/local/bin` and `usr/local/sbin`, no longer in `bin`',
    source: 'pkg/sca/sca.go',
    set: { shebang: { directories: ['usr/bin/', 'usr/local/bin/', 'usr/local/sbin/'] } },
  },
  {
    since: 'v0.23.6',
    what: 'steps find programs of `/usr/bin` before those of `/usr/sbin`',
    source: 'pkg/build/pipeline.go',
    set: { path: pathNew },
  },
  {
    since: 'v0.23.7',
    what: 'the signature section is compressed by Go’s own gzip',
    source: 'pkg/sign/apk.go',
    set: { signature: { gzip: 'go' } },
  },
  {
    since: 'v0.23.8',
    what: 'files keep set-user-id, set-group-id and sticky bits, and only files have extended attributes',
    source: 'pkg/build/build.go (storeMetadata)',
    set: { modes: 'full', xattrs: 'files' },
  },
  {
    since: 'v0.23.8',
    what: 'options of a package that are false are not in the recipe',
    source: 'pkg/config/config.go (PackageOption)',
    set: { recipe: { falseOptions: false } },
  },
  {
    since: 'v0.23.13',
    what: 'every working directory of a step is put below the workspace, absolute ones too',
    source: 'pkg/build/pipeline.go (runPipeline)',
    set: { stepDirectory: 'below' },
  },
  {
    since: 'v0.23.15',
    what: 'an absolute working directory of a step is used unchanged again',
    source: 'pkg/build/pipeline.go (runPipeline)',
    set: { stepDirectory: 'relative-below' },
  },
  {
    since: 'v0.23.16',
    what: 'subpackages are built although the origin has no step',
    source: 'pkg/build/build.go (BuildPackage)',
    set: { buildsWithoutOriginSteps: true },
  },
  {
    since: 'v0.25.0',
    what: 'without a step of the origin no subpackage is built',
    source: 'pkg/build/build.go (BuildPackage)',
    set: { buildsWithoutOriginSteps: false },
  },
  {
    since: 'v0.25.0',
    what: 'sources in the SBOM have a download location and checksums; `expected-sha512` prints the value of `expected-sha256`',
    source: 'pkg/config/config.go (SBOMPackageForUpstreamSource)',
    set: { sbom: { checksums: true, sha512Defect: true, gitSources: 'v0.25' } },
  },
  {
    since: 'v0.25.1',
    what: '`expected-sha512` prints its own value',
    source: 'pkg/config/config.go (SBOMPackageForUpstreamSource)',
    set: { sbom: { sha512Defect: false } },
  },
  {
    since: 'v0.26.0',
    what: 'git sources are described by their host; hosts of GitLab have a form of their own',
    source: 'pkg/config/config.go (SBOMPackageForUpstreamSource)',
    set: { sbom: { gitSources: 'gitlab-v0.26.0' } },
  },
  {
    since: 'v0.26.7',
    what: 'git sources of other hosts have a download location',
    source: 'pkg/config/config.go (SBOMPackageForUpstreamSource)',
    set: { sbom: { gitSources: 'gitlab-v0.26.7' } },
  },
  {
    since: 'v0.26.10',
    what: 'files and directories have the owner that they have on the disk',
    source: 'pkg/build/build.go (storeMetadata)',
    set: { owners: 'disk-with-directories' },
  },
  {
    since: 'v0.26.13',
    what: 'libraries provide `so-ver:` with the version of their package',
    source: 'pkg/sca/sca.go',
    set: { soVer: true },
  },
  {
    since: 'v0.27.0',
    what: 'the SBOM has an element for the operating system, from the guest’s os-release',
    source: 'pkg/build/build.go (writeSBOM)',
    set: { sbom: { osElement: 'os-release' } },
  },
  {
    since: 'v0.29.1',
    what: 'several licences are joined with AND instead of OR',
    source: 'pkg/config/config.go (LicenseExpression)',
    set: { sbom: { licenseJoin: ' AND ' } },
  },
  {
    since: 'v0.29.1',
    what: 'programs named `*.so` that have an interpreter provide their SONAME',
    source: 'pkg/sca/sca.go',
    set: { sonameOfSuffixSo: true },
  },
  {
    since: 'v0.29.2',
    what: 'libcuda, which the host brings, is not provided',
    source: 'pkg/sca/sca.go',
    set: { hostLibraries: { provided: 'libcuda' } },
  },
  {
    since: 'v0.29.3',
    what: 'git sources of other hosts have a namespace',
    source: 'pkg/config/config.go (SBOMPackageForUpstreamSource)',
    set: { sbom: { gitSources: 'gitlab-v0.29.3' } },
  },
  {
    since: 'v0.29.5',
    what: 'the SBOM and the entry of the signature have the mode 0644',
    source: 'pkg/build/build.go (writeSBOM), pkg/sign/apk.go',
    set: { signature: { mode: 0o644 }, sbom: { mode: 0o644 } },
  },
  {
    since: 'v0.30.0',
    what: 'the package’s purl names the distribution',
    source: 'pkg/config/config.go (PackageURL)',
    set: { sbom: { distroQualifier: true } },
  },
  {
    since: 'v0.30.1',
    what: 'ELF files need no execute bit to be looked at',
    source: 'pkg/sca/sca.go',
    set: { elfNeedsExecutableBit: false },
  },
  {
    since: 'v0.30.1',
    what: 'needs whose names end in plain `.so` become dependencies',
    source: 'pkg/sca/sca.go',
    set: { plainSo: 'v0.30.1' },
  },
  {
    since: 'v0.30.1',
    what: 'a list of libraries that the host brings are neither needed nor provided',
    source: 'pkg/sca/sca.go',
    set: { hostLibraries: { needed: 'all', provided: 'all' } },
  },
  {
    since: 'v0.30.1',
    what: 'the element for the operating system has a supplier',
    source: 'pkg/sbom/document.go',
    set: { sbom: { osSupplier: true } },
  },
  {
    since: 'v0.30.2',
    what: 'needs that end in plain `.so` and are files of the build are treated apart',
    source: 'pkg/sca/sca.go',
    set: { plainSo: 'v0.30.2' },
  },
  {
    since: 'v0.30.3',
    what: 'needs that end in plain `.so` are ignored again',
    source: 'pkg/sca/sca.go',
    set: { plainSo: 'none' },
  },
  {
    since: 'v0.30.5',
    what: 'directories belong to root again, files to the owner on the disk',
    source: 'pkg/build/build.go (storeMetadata)',
    set: { owners: 'disk-files-only' },
  },
  {
    since: 'v0.31.2',
    what: 'nested steps inherit the environment of the step around them',
    source: 'pkg/build/pipeline.go (runPipeline)',
    set: { stepEnvironmentInherits: true },
  },
  {
    since: 'v0.31.3',
    what: 'Go programs built for FIPS are recognised by more experiments and depend on the configuration of OpenSSL',
    source: 'pkg/sca/sca.go',
    set: { goFips: 'v0.31.3' },
  },
  {
    since: 'v0.32.0',
    what: 'the encoder makes other choices in larger sections',
    source: 'go.mod: klauspost/compress v1.18.1',
    set: { deflate: 'v1.18.1' },
  },
  {
    since: 'v0.32.0',
    what: 'entries of the environment that are named with two dots, or that link out of it, are left out of the guest',
    source: 'pkg/container/bubblewrap_runner.go (LoadImage)',
    set: { guestEntries: 'undoubted' },
  },
  {
    since: 'v0.33.0',
    what: 'the SBOM of a subpackage lists the sources of its own steps, last',
    source: 'pkg/build/build.go',
    set: { sbom: { subpackageSources: 'last' } },
  },
  {
    since: 'v0.33.2',
    what: 'subpackages are built although the origin has no step',
    source: 'pkg/build/build.go (BuildPackage)',
    set: { buildsWithoutOriginSteps: true },
  },
  {
    since: 'v0.34.0',
    what: 'a library directory that ends in `/...` stands for everything below it',
    source: 'pkg/sca/sca.go',
    set: { recursiveLibraryDirectories: true },
  },
  {
    since: 'v0.34.1',
    what: 'the sources of a subpackage stand before the recipe, and a recipe without a namespace has the supplier `unknown`',
    source: 'pkg/build/sbom/spdx/spdx.go, pkg/build/build.go',
    set: { sbom: { subpackageSources: 'before-recipe', recipeNamespace: 'unknown-if-empty' } },
  },
  {
    since: 'v0.34.2',
    what: 'the encoder makes other choices again',
    source: 'go.mod: klauspost/compress v1.18.2',
    set: { deflate: 'v1.18.2' },
  },
  {
    since: 'v0.34.2',
    what: 'kernels and their modules are looked into, and a line of `#!` and nothing else ends no build',
    source: 'pkg/sca/sca.go, pkg/sca/kernel_sca.go',
    set: { kernel: 'v0.34.2', shebang: { failsOnBlank: false } },
  },
  {
    since: 'v0.37.1',
    what: 'the metadata for compilers hold the CPE',
    source: 'pkg/build/build.go (populateWorkspace)',
    set: { appCpe: true },
  },
  {
    since: 'v0.37.4',
    what: 'licences that the validator does not know are printed as `LicenseRef-`',
    source: 'pkg/config/config.go, with go-spdx v2.3.5',
    set: { sbom: { licenses: '2.3.5' } },
  },
  {
    since: 'v0.40.3',
    what: 'kernels in the form of ARM are read as well',
    source: 'pkg/sca/kernel_sca.go',
    set: { kernel: 'v0.40.3' },
  },
  {
    since: 'v0.40.3',
    what: 'the working directory of a step is quoted only where that is needed',
    source: 'pkg/build/pipeline.go',
    set: { wrapper: { quotesDirectory: false } },
  },
  {
    since: 'v0.41.1',
    what: 'links to libraries that the host brings make no dependency',
    source: 'pkg/sca/sca.go',
    set: { hostLibraries: { linked: 'all' } },
  },
  {
    since: 'v0.43.0',
    what: 'ids in the SBOM are made of components, and elements have a purpose',
    source: 'pkg/sbom/package.go, pkg/build/sbom/spdx/spdx.go',
    set: { sbom: { purposes: true, componentIds: true } },
  },
  {
    since: 'v0.43.2',
    what: 'the element for the operating system is named after the namespace and has no version',
    source: 'pkg/sbom/document.go',
    set: { sbom: { osElement: 'namespace' } },
  },
  {
    since: 'v0.43.3',
    what: 'purls keep colons, and more licences are known',
    source: 'go.mod: packageurl-go v0.1.4, go-spdx v2.4.0',
    set: { sbom: { purl: '0.1.4', licenses: '2.4.0' } },
  },
  {
    since: 'v0.43.7',
    what: 'conditions are read from left to right by another parser',
    source: 'pkg/cond/parser.go',
    set: { condition: 'left-to-right' },
  },
  {
    since: 'v0.46.0',
    what: 'steps fail where a command of a pipe fails',
    source: 'pkg/build/pipeline.go',
    set: { wrapper: { line: 'set -eo pipefail' } },
  },
  {
    since: 'v0.46.0',
    what: 'the SBOM refers to the CPE',
    source: 'pkg/sbom/package.go, pkg/build/sbom/spdx/spdx.go',
    set: { sbom: { cpe: true } },
  },
  {
    since: 'v0.46.0',
    what: 'configurations for clang lie in the workspace',
    source: 'pkg/build/compiler_config.go',
    set: { clangConfig: true },
  },
  {
    since: 'v0.48.0',
    what: 'packages with Perl modules depend on their Perl, and gems are looked for in `lib` too',
    source: 'pkg/sca/sca.go',
    set: { perl: true, rubyInLib: true },
  },
  {
    since: 'v0.50.0',
    what: 'more licences are known',
    source: 'go.mod: go-spdx v2.5.0',
    set: { sbom: { licenses: '2.5.0' } },
  },
  {
    since: 'v0.50.2',
    what: 'absolute links are no longer followed into the builder’s own file system',
    source: 'go.mod: apko (pkg/apk/fs/rwosfs.go)',
    set: { absoluteLinksFollowedOnHost: false },
  },
  {
    since: 'v0.50.4',
    what: 'purls keep more characters, and more licences are known',
    source: 'go.mod: packageurl-go v0.1.6, go-spdx v2.6.0',
    set: { sbom: { purl: '0.1.6', licenses: '2.6.0' } },
  },
  {
    since: 'v0.50.8',
    what: 'more licences are known',
    source: 'go.mod: go-spdx v2.7.0',
    set: { sbom: { licenses: '2.7.0' } },
  },
  {
    since: 'v0.51.0',
    what: 'of git hosts only github.com has a form of its own',
    source: 'pkg/config/config.go (SBOMPackageForUpstreamSource)',
    set: { sbom: { gitSources: 'github-only' } },
  },
  {
    since: 'v0.56.0',
    what: 'the specification for gcc leaves out relocatable output, and a header with the package’s note lies in the workspace',
    source: 'pkg/build/compiler_config.go',
    set: { gccSpec: 'unless-relocatable', fdoHeader: true },
  },
];
