/**
 * The schema of the compiled recipe: one row for each key, in the order in which melange writes them. Source:
 * melange pkg/config/config.go and build_option.go at v0.59.1 and the tags since v0.16.0, apko
 * pkg/build/types/types.go from v0.20.1 to v1.2.33; golden files in the tests. `always` keys have no `omitempty`
 * there, a `block` is a pointer, `inert` keys change nothing but the recipe's own text.
 *
 * Not in the schema, because melange drops them while it parses: `data`, `range`, `inputs`, `setcap` of a subpackage,
 * `runtime_repositories`, `runtime_keyring`, `layering`, `certificates`.
 */

import type { PackageName, PackageVersion } from '../../names.ts';
import {
  always,
  alwaysWhere,
  block,
  type Codec,
  deferred,
  duration,
  flag,
  inert,
  integer,
  list,
  map,
  optional,
  optionalInteger,
  type StructCodec,
  signed,
  struct,
  text,
  texts,
} from './codec.ts';
import type * as recipe from './recipe.ts';
import { update, varTransform } from './update-schema.ts';

const textMap = map(text);
const id = integer(0, 2 ** 32 - 1);
const optionalId = optionalInteger(0, 2 ** 32 - 1);
/** An integer that is not negative, within the bounds of `signed`. */
const count = integer(0, Number.MAX_SAFE_INTEGER);

const copyright = struct<recipe.Copyright>({
  paths: optional('paths', texts),
  attestation: optional('attestation', text),
  license: always('license', text),
  licensePath: optional('license-path', text),
  detectionOverride: optional('detection-override', text),
});

const dependencies = struct<recipe.Dependencies>({
  runtime: optional('runtime', texts),
  provides: optional('provides', texts),
  replaces: optional('replaces', texts),
  providerPriority: optional('provider-priority', text),
  replacesPriority: optional('replaces-priority', text),
});

const packageOptions = struct<recipe.PackageOptions>({
  noProvides: alwaysWhere('falseOptions', 'no-provides', flag),
  noDepends: alwaysWhere('falseOptions', 'no-depends', flag),
  noCommands: alwaysWhere('falseOptions', 'no-commands', flag),
  noVersionedShlibDeps: optional('no-versioned-shlib-deps', flag),
  noVendoredCrossPackageDeps: optional('no-vendored-cross-package-deps', flag),
});

const scriptlets = struct<recipe.Scriptlets>({
  trigger: optional(
    'trigger',
    struct<recipe.Trigger>({ script: always('script', text), paths: always('paths', texts) }),
  ),
  preInstall: optional('pre-install', text),
  postInstall: optional('post-install', text),
  preDeinstall: optional('pre-deinstall', text),
  postDeinstall: optional('post-deinstall', text),
  preUpgrade: optional('pre-upgrade', text),
  postUpgrade: optional('post-upgrade', text),
});

const checks = struct<recipe.Checks>({ disabled: optional('disabled', texts) });

const cpe = struct<recipe.Cpe>({
  part: optional('part', text),
  vendor: optional('vendor', text),
  product: optional('product', text),
  edition: optional('edition', text),
  language: optional('language', text),
  swEdition: optional('sw_edition', text),
  targetSw: optional('target_sw', text),
  targetHw: optional('target_hw', text),
  other: optional('other', text),
});

const setcap = struct<recipe.SetCap>({
  path: optional('path', text),
  add: optional('add', textMap),
  reason: optional('reason', text),
});

const resources = struct<recipe.Resources>({
  cpu: optional('cpu', text),
  cpuModel: optional('cpumodel', text),
  memory: optional('memory', text),
  disk: optional('disk', text),
  microvm: optional('microvm', flag),
});

/** The type is a promise that `parseRecipe` keeps: it parses what was read here, and hands out only recipes with names of this type. */
const packageName = text as Codec<string> as Codec<PackageName>;
const packageVersion = text as Codec<string> as Codec<PackageVersion>;

const packageMetadata = struct<recipe.RecipePackage>({
  name: always('name', packageName),
  version: always('version', packageVersion),
  epoch: always('epoch', count),
  description: optional('description', text),
  annotations: optional('annotations', inert(textMap)),
  url: optional('url', text),
  commit: optional('commit', text),
  targetArchitecture: optional('target-architecture', inert(texts)),
  copyright: optional('copyright', list(copyright)),
  dependencies: optional('dependencies', dependencies),
  options: optional('options', block(packageOptions)),
  scriptlets: optional('scriptlets', block(scriptlets)),
  checks: optional('checks', inert(checks)),
  cpe: optional('cpe', cpe),
  setcap: optional('setcap', list(setcap)),
  timeout: optional('timeout', duration),
  resources: optional('resources', inert(block(resources))),
  testResources: optional('test-resources', inert(block(resources))),
});

const account = struct<recipe.Account>({
  username: always('username', text),
  uid: always('uid', id),
  gid: optional('gid', optionalId),
  shell: always('shell', text),
  homedir: always('homedir', text),
});

const group = struct<recipe.Group>({
  groupname: always('groupname', text),
  gid: always('gid', id),
  members: always('members', texts),
});

const accounts = struct<recipe.Accounts>({
  runAs: always('run-as', text),
  users: always('users', list(account)),
  groups: always('groups', list(group)),
});

const pathMutation = struct<recipe.PathMutation>({
  path: always('path', text),
  type: always('type', text),
  uid: optional('uid', optionalId),
  gid: optional('gid', optionalId),
  permissions: always('permissions', id),
  source: always('source', text),
  recursive: always('recursive', flag),
});

const environmentContents = struct<recipe.EnvironmentContents>({
  buildRepositories: optional('build_repositories', texts),
  repositories: optional('repositories', texts),
  keyring: optional('keyring', texts),
  packages: optional('packages', texts),
  baseImage: optional(
    'baseimage',
    block(struct<recipe.BaseImage>({ image: optional('image', text), apkIndex: optional('apkindex', text) })),
  ),
});

const entrypoint = struct<recipe.Entrypoint>({
  type: always('type', text),
  command: always('command', text),
  shellFragment: always('shell-fragment', text),
  services: always('services', textMap),
});

/** A block only before v0.23.8, where it was written even when all of it was zero. */
const environment = block(
  struct<recipe.RecipeEnvironment>({
    contents: optional('contents', environmentContents),
    entrypoint: optional('entrypoint', inert(entrypoint)),
    cmd: optional('cmd', inert(text)),
    stopSignal: optional('stop-signal', inert(text)),
    workDir: optional('work-dir', inert(text)),
    accounts: optional('accounts', accounts),
    archs: optional('archs', texts),
    environment: optional('environment', textMap),
    paths: optional('paths', list(pathMutation)),
    vcsUrl: optional('vcs-url', inert(text)),
    annotations: optional('annotations', inert(textMap)),
    include: optional('include', inert(text)),
    volumes: optional('volumes', inert(texts)),
  }),
);

const step: Codec<recipe.Step> = struct<recipe.Step>({
  if: optional('if', text),
  name: optional('name', text),
  uses: optional('uses', text),
  with: optional('with', textMap),
  runs: optional('runs', text),
  pipeline: optional('pipeline', list(deferred(() => step))),
  needs: optional('needs', block(struct<recipe.Needs>({ packages: always('packages', texts) }))),
  label: optional('label', text),
  assertions: optional(
    'assertions',
    block(struct<recipe.Assertions>({ requiredSteps: optional('required-steps', signed) })),
  ),
  workingDirectory: optional('working-directory', text),
  environment: optional('environment', textMap),
});
const steps = list(step);

const test = inert(
  block(
    struct<recipe.Test>({
      environment: optional('environment', environment),
      pipeline: always('pipeline', steps),
    }),
  ),
);

const subpackage = struct<recipe.Subpackage>({
  if: optional('if', text),
  name: always('name', packageName),
  pipeline: optional('pipeline', steps),
  dependencies: optional('dependencies', dependencies),
  options: optional('options', block(packageOptions)),
  scriptlets: optional('scriptlets', block(scriptlets)),
  description: optional('description', text),
  annotations: optional('annotations', inert(textMap)),
  url: optional('url', text),
  commit: optional('commit', text),
  checks: optional('checks', inert(checks)),
  test: optional('test', test),
});

type PackagesOption = recipe.BuildOption['environment']['contents']['packages'];

const buildOption = struct<recipe.BuildOption>({
  vars: optional('vars', textMap),
  environment: optional(
    'environment',
    struct<recipe.BuildOption['environment']>({
      contents: optional(
        'contents',
        struct<recipe.BuildOption['environment']['contents']>({
          packages: optional(
            'packages',
            struct<PackagesOption>({ add: optional('add', texts), remove: optional('remove', texts) }),
          ),
        }),
      ),
    }),
  ),
});

/** The whole document. */
export const recipeCodec: StructCodec<recipe.Recipe> = struct<recipe.Recipe>({
  package: always('package', packageMetadata),
  environment: optional('environment', environment),
  capabilities: optional(
    'capabilities',
    struct<recipe.Capabilities>({
      add: optional('add', texts),
      drop: optional('drop', texts),
    }),
  ),
  pipeline: optional('pipeline', steps),
  subpackages: optional('subpackages', list(subpackage)),
  update: optional('update', inert(update)),
  vars: optional('vars', inert(textMap)),
  varTransforms: optional('var-transforms', inert(list(varTransform))),
  options: optional('options', inert(map(buildOption))),
  enablePrereleaseTags: optional('enable-prerelease-tags', inert(flag)),
  test: optional('test', test),
});
