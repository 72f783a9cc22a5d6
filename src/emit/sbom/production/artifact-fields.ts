/**
 * What enters syft's id of a record, for each kind of metadata in the order of its declaration (syft v1.51.0 syft/pkg): fields as
 * `Name/member:kind` with the member of syft's JSON. A kind is `text` (where none is named), `whole`, `truth` or a type of this table;
 * `[]` is a list of it, `{}` a map from texts to it.
 */

export const metadataTypes: Readonly<Record<string, string>> = {
  'dotnet-deps-entry': 'DotnetDepsEntry',
  'dotnet-portable-executable-entry': 'DotnetPortableExecutableEntry',
  'go-module-buildinfo-entry': 'GolangBinaryBuildinfoEntry',
  'java-archive': 'JavaArchive',
  'java-jvm-installation': 'JavaVMInstallation',
  'javascript-npm-package': 'NpmPackage',
  'linux-kernel': 'LinuxKernel',
  'linux-kernel-module': 'LinuxKernelModule',
  'luarocks-package': 'LuaRocksPackage',
  'php-composer-installed-entry': 'PhpComposerInstalledEntry',
  'php-pear-entry': 'PhpPearEntry',
  'python-package': 'PythonPackage',
  'r-description': 'RDescription',
  'ruby-gemspec': 'RubyGemspec',
  'rust-cargo-audit-entry': 'RustBinaryAuditEntry',
  'wordpress-plugin-entry': 'WordpressPluginEntry',
};

export interface ArtifactField {
  readonly name: string;
  readonly member: string;
  readonly kind: string;
}

const declared: Readonly<Record<string, string>> = {
  DotnetDepsEntry:
    'Name/name Version/version Path/path Sha512/sha512 HashPath/hashPath Type/type ' +
    'Executables/executables:DotnetPortableExecutableEntry{}',
  DotnetPortableExecutableEntry:
    'AssemblyVersion/assemblyVersion LegalCopyright/legalCopyright Comments/comments ' +
    'InternalName/internalName CompanyName/companyName ProductName/productName ' +
    'ProductVersion/productVersion',
  GolangBinaryBuildinfoEntry:
    'BuildSettings/goBuildSettings:KeyValue[] GoCompiledVersion/goCompiledVersion ' +
    'Architecture/architecture H1Digest/h1Digest MainModule/mainModule ' +
    'GoCryptoSettings/goCryptoSettings:text[] GoExperiments/goExperiments:text[] ' +
    'Symbols/symbols:text[]{}',
  JavaArchive:
    'VirtualPath/virtualPath Manifest/manifest:JavaManifest ' +
    'PomProperties/pomProperties:JavaPomProperties PomProject/pomProject:JavaPomProject',
  JavaManifest: 'Main/main:KeyValue[] Sections/sections:KeyValue[][]',
  JavaPomParent: 'GroupID/groupId ArtifactID/artifactId Version/version',
  JavaPomProject:
    'Path/path Parent/parent:JavaPomParent GroupID/groupId ArtifactID/artifactId Version/version ' +
    'Name/name Description/description URL/url',
  JavaPomProperties:
    'Path/path Name/name GroupID/groupId ArtifactID/artifactId Version/version Scope/scope ' +
    'Extra/extraFields:text{}',
  JavaVMInstallation: 'Release/release:JavaVMRelease Files/files:text[]',
  JavaVMRelease:
    'Implementor/implementor ImplementorVersion/implementorVersion ' +
    'JavaRuntimeVersion/javaRuntimeVersion JavaVersion/javaVersion ' +
    'JavaVersionDate/javaVersionDate Libc/libc Modules/modules:text[] OsArch/osArch OsName/osName ' +
    'OsVersion/osVersion Source/source BuildSource/buildSource BuildSourceRepo/buildSourceRepo ' +
    'SourceRepo/sourceRepo FullVersion/fullVersion SemanticVersion/semanticVersion ' +
    'BuildInfo/buildInfo JvmVariant/jvmVariant JvmVersion/jvmVersion ImageType/imageType ' +
    'BuildType/buildType',
  KeyValue: 'Key/key Value/value',
  LinuxKernel:
    'Name/name Architecture/architecture Version/version ExtendedVersion/extendedVersion ' +
    'BuildTime/buildTime Author/author Format/format RWRootFS/rwRootFS:truth ' +
    'SwapDevice/swapDevice:whole RootDevice/rootDevice:whole VideoMode/videoMode',
  LinuxKernelModule:
    'Name/name Version/version SourceVersion/sourceVersion Path/path Description/description ' +
    'Author/author License/license KernelVersion/kernelVersion VersionMagic/versionMagic ' +
    'Parameters/parameters:LinuxKernelModuleParameter{}',
  LinuxKernelModuleParameter: 'Type/type Description/description',
  LuaRocksPackage:
    'Name/name Version/version License/license Homepage/homepage Description/description URL/url ' +
    'Dependencies/dependencies:text{}',
  NpmPackage:
    'Name/name Version/version Author/author Homepage/homepage Description/description URL/url ' +
    'Private/private:truth',
  PhpComposerAuthors: 'Name/name Email/email Homepage/homepage',
  PhpComposerExternalReference: 'Type/type URL/url Reference/reference Shasum/shasum',
  PhpComposerInstalledEntry:
    'Name/name Version/version Source/source:PhpComposerExternalReference ' +
    'Dist/dist:PhpComposerExternalReference Require/require:text{} Provide/provide:text{} ' +
    'RequireDev/require-dev:text{} Suggest/suggest:text{} License/license:text[] Type/type ' +
    'NotificationURL/notification-url Bin/bin:text[] Authors/authors:PhpComposerAuthors[] ' +
    'Description/description Homepage/homepage Keywords/keywords:text[] Time/time',
  PhpPearEntry: 'Name/name Channel/channel Version/version License/license:text[]',
  PythonDirectURLOriginInfo: 'URL/url CommitID/commitId VCS/vcs',
  PythonFileDigest: 'Algorithm/algorithm Value/value',
  PythonFileRecord: 'Path/path Digest/digest:PythonFileDigest Size/size',
  PythonPackage:
    'Name/name Version/version Author/author AuthorEmail/authorEmail Platform/platform ' +
    'Files/files:PythonFileRecord[] SitePackagesRootPath/sitePackagesRootPath ' +
    'TopLevelPackages/topLevelPackages:text[] ' +
    'DirectURLOrigin/directUrlOrigin:PythonDirectURLOriginInfo RequiresPython/requiresPython ' +
    'RequiresDist/requiresDist:text[] ProvidesExtra/providesExtra:text[]',
  RDescription:
    'Title/title Description/description Author/author Maintainer/maintainer URL/url:text[] ' +
    'Repository/repository Built/built NeedsCompilation/needsCompilation:truth ' +
    'Imports/imports:text[] Depends/depends:text[] Suggests/suggests:text[]',
  RubyGemspec: 'Name/name Version/version Files/files:text[] Authors/authors:text[] Homepage/homepage',
  RustBinaryAuditEntry: 'Name/name Version/version Source/source',
  WordpressPluginEntry: 'PluginInstallDirectory/pluginInstallDirectory Author/author AuthorURI/authorUri',
};

/** The fields of a type by its name. */
export const artifactFields: ReadonlyMap<string, readonly ArtifactField[]> = new Map(
  Object.entries(declared).map(([type, fields]) => [type, fields.split(' ').map(parseField)]),
);

function parseField(text: string): ArtifactField {
  const [names = '', kind = 'text'] = text.split(':');
  const [name = '', member = ''] = names.split('/');
  return { name, member, kind };
}
