/** Random recipes, of every key that the schema has, for tests. */
import fc from 'fast-check';
import { decodeBytes, encodeBytes, sortedUnique } from '../../../src/bytes.ts';
import type * as recipe from '../../../src/claim/recipe/recipe.ts';
import type * as updates from '../../../src/claim/recipe/recipe-update.ts';
import { packageName, packageVersion } from '../../support/names.ts';
import { anyText } from '../../support/text.ts';

/**
 * Any text that a recipe can hold and that can be read back: raw line separators cannot, nor a first newline
 * before an indented line, which yaml.v3 drops without a trace.
 */
const text = fc
  .oneof(
    fc.constantFrom(
      '',
      'word',
      '1.10',
      'no',
      '~',
      ' a ',
      'a: b',
      '- a',
      'x\ny\n',
      'a \nb\n',
      '\n\na',
      '\ud83c\udf89',
      '\udcff',
    ),
    anyText({ maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', '"', "'", '\t', '0', '.', '_'),
      maxLength: 20,
    }),
  )
  .map((value) => decodeBytes(encodeBytes(value)))
  .filter((value) => !/[\u2028\u2029]|^\n .*\n/s.test(value));
const name = fc.stringMatching(/^[a-z0-9][a-z0-9+_.-]{0,20}$/).filter((text) => !text.includes('..'));
const texts = fc.array(text, { maxLength: 3 });
/** Of keys that have one order only. */
const textMap = fc
  .dictionary(fc.stringMatching(/^[A-Za-z_]{1,6}$/), text, { maxKeys: 3, noNullPrototype: true })
  .map((values) => new Map(Object.entries(values)));
const flag = fc.boolean();
const id = fc.nat({ max: 2 ** 32 - 1 });
const optionalId = fc.option(id, { nil: undefined });

function struct<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

function few<V>(item: fc.Arbitrary<V>): fc.Arbitrary<readonly V[]> {
  return fc.array(item, { maxLength: 2 });
}

const dependencies = struct<recipe.Dependencies>({
  runtime: texts,
  provides: texts,
  replaces: texts,
  providerPriority: text,
  replacesPriority: text,
});
const options = struct<recipe.PackageOptions>({
  noProvides: flag,
  noDepends: flag,
  noCommands: flag,
  noVersionedShlibDeps: flag,
  noVendoredCrossPackageDeps: fc.constant(false),
});
const scriptlets = struct<recipe.Scriptlets>({
  trigger: struct<recipe.Trigger>({ script: text, paths: texts }),
  preInstall: text,
  postInstall: text,
  preDeinstall: text,
  postDeinstall: text,
  preUpgrade: text,
  postUpgrade: text,
});
const checks = struct<recipe.Checks>({ disabled: texts });
const resources = struct<recipe.Resources>({
  cpu: text,
  cpuModel: text,
  memory: text,
  disk: text,
  microvm: fc.constant(false),
});

const packageMetadata = struct<recipe.RecipePackage>({
  name: name.map((suffix) => packageName(`main-${suffix}`)),
  version: name.map(packageVersion),
  epoch: fc.nat(),
  description: text,
  annotations: textMap,
  url: text,
  commit: text,
  targetArchitecture: texts,
  copyright: few(
    struct<recipe.Copyright>({
      paths: texts,
      attestation: text,
      license: text,
      licensePath: text,
      detectionOverride: text,
    }),
  ),
  dependencies,
  options,
  scriptlets,
  checks,
  cpe: struct<recipe.Cpe>({
    part: text,
    vendor: text,
    product: text,
    edition: text,
    language: text,
    swEdition: text,
    targetSw: text,
    targetHw: text,
    other: text,
  }),
  setcap: few(struct<recipe.SetCap>({ path: text, add: textMap, reason: text })),
  timeout: fc.constantFrom('', '1h30m0s', '5m0s'),
  resources,
  testResources: resources,
});

const environment = struct<recipe.RecipeEnvironment>({
  contents: struct<recipe.EnvironmentContents>({
    buildRepositories: texts,
    repositories: texts,
    keyring: texts,
    // The lock is written as a set.
    packages: texts.map(sortedUnique),
    baseImage: struct<recipe.BaseImage>({ image: text, apkIndex: text }),
  }),
  entrypoint: struct<recipe.Entrypoint>({
    type: text,
    command: text,
    shellFragment: text,
    services: textMap,
  }),
  cmd: text,
  stopSignal: text,
  workDir: text,
  accounts: struct<recipe.Accounts>({
    runAs: text,
    users: few(
      struct<recipe.Account>({ username: text, uid: id, gid: optionalId, shell: text, homedir: text }),
    ),
    groups: few(struct<recipe.Group>({ groupname: text, gid: id, members: texts })),
  }),
  archs: fc.subarray(['amd64', 'arm64']),
  environment: textMap,
  paths: few(
    struct<recipe.PathMutation>({
      path: text,
      type: text,
      uid: optionalId,
      gid: optionalId,
      permissions: id,
      source: text,
      recursive: flag,
    }),
  ),
  vcsUrl: text,
  annotations: textMap,
  include: text,
  volumes: texts,
});

const { step } = fc.letrec<{ step: recipe.Step }>((tie) => ({
  step: struct<recipe.Step>({
    if: text,
    name: text,
    uses: text,
    with: textMap,
    runs: text,
    pipeline: fc.oneof({ maxDepth: 2 }, fc.constant([]), fc.array(tie('step'), { maxLength: 2 })),
    needs: struct<recipe.Needs>({ packages: texts }),
    label: text,
    assertions: struct<recipe.Assertions>({ requiredSteps: fc.integer() }),
    workingDirectory: text,
    environment: textMap,
  }),
}));

const test = struct<recipe.Test>({ environment, pipeline: few(step) });

const stripping = { stripPrefix: text, stripSuffix: text };
const filters = { tagFilterPrefix: text, tagFilterContains: text };
const transform = { match: text, replace: text };

const update = struct<updates.Update>({
  enabled: flag,
  manual: flag,
  requireSequential: flag,
  shared: flag,
  versionSeparator: text,
  ignoreRegexPatterns: texts,
  releaseMonitor: struct<updates.ReleaseMonitor>({
    identifier: fc.integer(),
    ...stripping,
    versionFilterContains: text,
    versionFilterPrefix: text,
  }),
  github: struct<updates.GithubMonitor>({
    identifier: text,
    ...stripping,
    tagFilter: text,
    ...filters,
    useTag: flag,
  }),
  git: struct<updates.GitMonitor>({ ...stripping, ...filters }),
  oci: struct<updates.OciMonitor>({ identifier: text, ...stripping, ...filters }),
  versionData: struct<updates.VersionData>({
    format: text,
    sources: few(
      struct<updates.VersionSource>({
        name: text,
        stream: text,
        ignore: texts,
        commitSource: text,
        useRelease: flag,
      }),
    ),
  }),
  versionTransform: few(struct<updates.VersionTransform>(transform)),
  excludeReason: text,
  schedule: struct<updates.Schedule>({ reason: text, period: text }),
  enablePrereleaseTags: flag,
});

const subpackage = struct<recipe.Subpackage>({
  if: text,
  name: name.map((suffix) => packageName(`sub-${suffix}`)),
  pipeline: few(step),
  dependencies,
  options,
  scriptlets,
  description: text,
  annotations: textMap,
  url: text,
  commit: text,
  checks,
  test,
});

type OptionEnvironment = recipe.BuildOption['environment'];
type OptionContents = OptionEnvironment['contents'];

const buildOption = struct<recipe.BuildOption>({
  vars: textMap,
  environment: struct<OptionEnvironment>({
    contents: struct<OptionContents>({
      packages: struct<OptionContents['packages']>({ add: texts, remove: texts }),
    }),
  }),
});

/** Recipes of v0.59.1. */
export const recipes: fc.Arbitrary<recipe.Recipe> = struct<recipe.Recipe>({
  package: packageMetadata,
  environment,
  capabilities: struct<recipe.Capabilities>({ add: texts, drop: texts }),
  pipeline: few(step),
  subpackages: fc.uniqueArray(subpackage, { maxLength: 2, selector: (value) => value.name }),
  update,
  vars: textMap,
  varTransforms: few(struct<updates.VarTransform>({ from: text, ...transform, to: text })),
  options: fc
    .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), buildOption, { maxKeys: 2, noNullPrototype: true })
    .map((values) => new Map(Object.entries(values))),
  enablePrereleaseTags: fc.constant(false),
  test,
});
