/** Rules for what a compiled recipe says of its packages and of their environment. */
import { compareVersions, parseRelease } from '../../melange/version.ts';
import type { CompiledFor, Rule, Uncompiled } from './compiled-rule.ts';
import type { Dependencies, Recipe } from './recipe.ts';

const unreadable = (path: string, problem: string): Uncompiled => ({
  code: 'recipe-unreadable',
  path,
  problem,
});
const unsupported = (path: string, problem: string): Uncompiled => ({ code: 'unsupported', path, problem });

function since({ format, released }: CompiledFor, version: string): boolean {
  return released && compareVersions(format.version, parseRelease(version)!) >= 0;
}

/** A build for a different architecture is skipped (pkg/build/build.go, `New`; `ErrSkipThisArch`). */
const builtForArchitecture: Rule = function* ({ package: { targetArchitecture: wanted } }, { architecture }) {
  if (wanted.length === 0 || wanted.includes(architecture)) return;
  if (wanted.length === 1 && wanted[0] === 'all') return;
  yield unreadable('package.target-architecture', 'does not have the architecture of the package');
};

/** apko's pkg/apk/apk/version.go, `ParseVersion`; asked for in `BuildPackage` since v0.26.13. */
const versionForm =
  /^\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc)\d*)?(?:_(?:cvs|svn|git|hg|p)\d*)?(?:-r\d+)?$/;

const versionIsApk: Rule = function* ({ package: { version } }, given) {
  if (!since(given, 'v0.26.13')) return;
  const numbers = version.match(/\d+/g) ?? [];
  if (versionForm.test(version) && numbers.every((digits) => isGoInteger(digits))) return;
  yield unreadable('package.version', 'is not a version that apk accepts');
};

/** pkg/config/config.go, `validateDependenciesPriorities`: strconv.Atoi. */
const prioritiesAreNumbers: Rule = function* (recipe) {
  for (const [path, { providerPriority, replacesPriority }] of dependenciesOf(recipe)) {
    for (const priority of [providerPriority, replacesPriority]) {
      if (priority !== '' && !isGoInteger(priority))
        yield unreadable(path, 'has a priority that is not a number');
    }
  }
};

export function dependenciesOf(recipe: Recipe): (readonly [path: string, Dependencies])[] {
  return [
    ['package.dependencies', recipe.package.dependencies],
    ...recipe.subpackages.map(
      ({ dependencies }, index) => [`subpackages[${index}].dependencies`, dependencies] as const,
    ),
  ];
}

function isGoInteger(text: string): boolean {
  const match = /^([+-]?)0*(\d{1,19})$/.exec(text.slice(0, 64));
  if (match === null || text.length > 64) return false;
  return BigInt(match[2]!) <= (1n << 63n) - (match[1] === '-' ? 0n : 1n);
}

/** pkg/config/config.go, `validateCPE`, since v0.21.2, and since v0.59.0 with `o`. */
const cpeIsValid: Rule = function* ({ package: { cpe } }, given) {
  const { part, ...fields } = cpe;
  const parts = given.released && !since(given, 'v0.59.0') ? ['', 'a'] : ['', 'a', 'o'];
  if (!parts.includes(part)) yield unreadable('package.cpe.part', 'is not a part that melange accepts');
  if ((cpe.vendor === '') !== (cpe.product === ''))
    yield unreadable('package.cpe', 'has a vendor without a product, or a product without a vendor');
  for (const [name, value] of Object.entries<string>(fields)) {
    if (value !== '' && !/^[a-z\d][a-z\d+_.-]*$/.test(value))
      yield unreadable(`package.cpe.${name}`, 'is not of the form that melange accepts');
  }
};

/** pkg/config/config.go, `validateCapabilities`, since v0.23.9; the names themselves are checked where they are emitted. */
const capabilitiesAreJustified: Rule = function* ({ package: { setcap } }) {
  for (const [index, { reason }] of setcap.entries()) {
    if (reason === '') yield unreadable(`package.setcap[${index}]`, 'gives no reason');
  }
};

/** pkg/config/config.go, `replaceSubpackages`: the origin's commit stands in. */
const commitsAreFilledIn: Rule = function* ({ package: { commit }, subpackages }) {
  for (const [index, subpackage] of subpackages.entries()) {
    if (commit !== '' && subpackage.commit === '')
      yield unreadable(`subpackages[${index}].commit`, 'is missing');
  }
};

/** pkg/config/config.go, `ParseConfiguration`. */
const resourcesAreThere: Rule = function* ({ package: { resources } }) {
  const { present, ...values } = resources;
  if (
    present !== true &&
    Object.values<string | boolean>(values).every((value) => value === '' || value === false)
  )
    yield unreadable('package.resources', 'is missing');
};

/** pkg/config/config.go, `ParseConfiguration`, `setIfEmpty`. */
const defaultVariables: readonly (readonly [name: string, since: string, until?: string])[] = [
  ['HOME', ''],
  ['GOPATH', ''],
  ['GOMODCACHE', ''],
  ['UV_CACHE_DIR', 'v0.40.0'],
  ['PIP_CACHE_DIR', 'v0.40.0'],
  ['COMPOSER_CACHE_DIR', 'v0.40.0'],
  ['npm_config_cache', 'v0.40.0'],
  ['CARGO_HOME', 'v0.43.0', 'v0.46.0'],
];

const defaultsAreFilledIn: Rule = function* ({ environment: { environment } }, given) {
  for (const [name, first, end] of defaultVariables) {
    const wanted = (first === '' || since(given, first)) && (end === undefined || !since(given, end));
    if (wanted && (environment.get(name) ?? '') === '')
      yield unreadable(`environment.environment.${name}`, 'is missing');
  }
};

/** pkg/config/config.go, `ParseConfiguration`; apko's pkg/build/types/image_configuration.go, `Validate`. */
const accountsAreValid: Rule = function* ({ environment: { accounts } }) {
  const { users, groups, runAs } = accounts;
  if (
    !users.some(({ username }) => username === 'build') ||
    !groups.some((each) => each.groupname === 'build')
  )
    yield unreadable('environment.accounts', 'has no user or no group named build');
  for (const [index, { username, uid }] of users.entries()) {
    if (username === '' || uid === 0)
      yield unreadable(`environment.accounts.users[${index}]`, 'has no name or the id 0');
  }
  for (const [index, { groupname }] of groups.entries()) {
    if (groupname === '') yield unreadable(`environment.accounts.groups[${index}]`, 'has no name');
  }
  const known = users.some(({ username, uid }) => username === runAs || String(uid) === runAs);
  if (!['', 'root', '0'].includes(runAs) && !known)
    yield unreadable('environment.accounts.run-as', 'names no user of the environment');
};

/** apko's pkg/build/build_implementation.go, `buildImage`: each of these changes the guest beyond what the packages do. */
const guestIsPackagesAlone: Rule = function* ({ environment }) {
  const { contents, entrypoint, paths } = environment;
  const changes: readonly (readonly [path: string, given: boolean])[] = [
    ['environment.paths', paths.length > 0],
    ['environment.entrypoint.services', entrypoint.services.size > 0],
    ['environment.contents.baseimage', contents.baseImage.present === true],
    ['environment.contents.baseimage', contents.baseImage.image !== '' || contents.baseImage.apkIndex !== ''],
  ];
  for (const [path, given] of changes)
    if (given) yield unsupported(path, 'changes the guest in a way that is not known here');
};

/** apk has different names for `amd64` and `arm64`; the other names are never checked (apko's `ParseArchitecture`). */
const imageArchitectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** pkg/build/build.go, `buildGuest`: one architecture goes into the lock, and its result becomes the recipe's environment. */
const lockIsOfArchitecture: Rule = function* ({ environment: { archs } }, { architecture }) {
  const wanted = imageArchitectures[architecture];
  if (archs.length > 1 || (archs.length === 1 && wanted !== undefined && archs[0] !== wanted))
    yield unreadable('environment.archs', 'is not the architecture of the package');
};

export const compiledPackage: readonly Rule[] = [
  builtForArchitecture,
  versionIsApk,
  prioritiesAreNumbers,
  cpeIsValid,
  capabilitiesAreJustified,
  commitsAreFilledIn,
  resourcesAreThere,
  defaultsAreFilledIn,
  accountsAreValid,
  guestIsPackagesAlone,
  lockIsOfArchitecture,
];
