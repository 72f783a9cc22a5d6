/**
 * The compiled recipe (`.melange.yaml`) as strict types: melange's own structs in declaration order
 * (melange pkg/config/config.go and build_option.go at v0.59.1, apko pkg/build/types/types.go at v1.2.33, and
 * what versions since v0.16.0 had besides). Attacker-controlled throughout. An absent key is the zero value:
 * empty text, list or map, 0, false.
 */
import { type PackageName, type PackageVersion, withEpoch } from '../../names.ts';
import type { Block } from './block.ts';
import type { Update, VarTransform } from './recipe-update.ts';

export interface Recipe {
  readonly package: RecipePackage;
  readonly environment: RecipeEnvironment;
  readonly capabilities: Capabilities;
  readonly pipeline: readonly Step[];
  readonly subpackages: readonly Subpackage[];
  readonly update: Update;
  readonly vars: ReadonlyMap<string, string>;
  readonly varTransforms: readonly VarTransform[];
  readonly options: ReadonlyMap<string, BuildOption>;
  /** v0.20.1 to v0.23.7; part of `update` since. */
  readonly enablePrereleaseTags: boolean;
  readonly test: Test;
}

export interface RecipePackage {
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly epoch: number;
  readonly description: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly url: string;
  readonly commit: string;
  readonly targetArchitecture: readonly string[];
  readonly copyright: readonly Copyright[];
  readonly dependencies: Dependencies;
  readonly options: PackageOptions;
  readonly scriptlets: Scriptlets;
  readonly checks: Checks;
  readonly cpe: Cpe;
  readonly setcap: readonly SetCap[];
  /** Go duration text such as `1h30m0s`; empty when not given. */
  readonly timeout: string;
  readonly resources: Resources;
  readonly testResources: Resources;
}

export interface Copyright {
  readonly paths: readonly string[];
  readonly attestation: string;
  readonly license: string;
  readonly licensePath: string;
  readonly detectionOverride: string;
}

export interface Dependencies {
  readonly runtime: readonly string[];
  readonly provides: readonly string[];
  readonly replaces: readonly string[];
  readonly providerPriority: string;
  readonly replacesPriority: string;
}

export interface PackageOptions extends Block {
  readonly noProvides: boolean;
  readonly noDepends: boolean;
  readonly noCommands: boolean;
  readonly noVersionedShlibDeps: boolean;
  /** v0.30.1 to v0.31.0. */
  readonly noVendoredCrossPackageDeps: boolean;
}

export interface Scriptlets extends Block {
  readonly trigger: Trigger;
  readonly preInstall: string;
  readonly postInstall: string;
  readonly preDeinstall: string;
  readonly postDeinstall: string;
  readonly preUpgrade: string;
  readonly postUpgrade: string;
}

export interface Trigger {
  readonly script: string;
  readonly paths: readonly string[];
}

/** Names of linters. */
export interface Checks {
  readonly disabled: readonly string[];
}

export interface Cpe {
  readonly part: string;
  readonly vendor: string;
  readonly product: string;
  readonly edition: string;
  readonly language: string;
  readonly swEdition: string;
  readonly targetSw: string;
  readonly targetHw: string;
  readonly other: string;
}

export interface SetCap {
  readonly path: string;
  /** Capability names (comma-separated) to flags such as `+eip`. */
  readonly add: ReadonlyMap<string, string>;
  readonly reason: string;
}

/** What a builder was asked to set aside for the build or the test. */
export interface Resources extends Block {
  readonly cpu: string;
  readonly cpuModel: string;
  readonly memory: string;
  readonly disk: string;
  /** v0.23.10 to v0.23.14. */
  readonly microvm: boolean;
}

export interface RecipeEnvironment extends Block {
  readonly contents: EnvironmentContents;
  readonly entrypoint: Entrypoint;
  readonly cmd: string;
  readonly stopSignal: string;
  readonly workDir: string;
  readonly accounts: Accounts;
  readonly archs: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly paths: readonly PathMutation[];
  readonly vcsUrl: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly include: string;
  readonly volumes: readonly string[];
}

export interface EnvironmentContents {
  readonly buildRepositories: readonly string[];
  readonly repositories: readonly string[];
  readonly keyring: readonly string[];
  /** The lock: `name=version`, perhaps with `@pin`. */
  readonly packages: readonly string[];
  readonly baseImage: BaseImage;
}

export interface BaseImage extends Block {
  readonly image: string;
  readonly apkIndex: string;
}

export interface Entrypoint {
  readonly type: string;
  readonly command: string;
  readonly shellFragment: string;
  readonly services: ReadonlyMap<string, string>;
}

export interface Accounts {
  readonly runAs: string;
  readonly users: readonly Account[];
  readonly groups: readonly Group[];
}

export interface Account {
  readonly username: string;
  readonly uid: number;
  readonly gid: number | undefined;
  readonly shell: string;
  readonly homedir: string;
}

export interface Group {
  readonly groupname: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export interface PathMutation {
  readonly path: string;
  readonly type: string;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly permissions: number;
  readonly source: string;
  readonly recursive: boolean;
}

/** Linux capabilities of the container that runs the steps. */
export interface Capabilities {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

export interface Step {
  readonly if: string;
  readonly name: string;
  readonly uses: string;
  readonly with: ReadonlyMap<string, string>;
  readonly runs: string;
  readonly pipeline: readonly Step[];
  readonly needs: Needs;
  readonly label: string;
  readonly assertions: Assertions;
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
}

export interface Needs extends Block {
  readonly packages: readonly string[];
}

export interface Assertions extends Block {
  readonly requiredSteps: number;
}

export interface Subpackage {
  readonly if: string;
  readonly name: PackageName;
  readonly pipeline: readonly Step[];
  readonly dependencies: Dependencies;
  readonly options: PackageOptions;
  readonly scriptlets: Scriptlets;
  readonly description: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly url: string;
  readonly commit: string;
  readonly checks: Checks;
  readonly test: Test;
}

export interface Test extends Block {
  readonly environment: RecipeEnvironment;
  readonly pipeline: readonly Step[];
}

/** A named variant of the build, chosen on melange's command line. */
export interface BuildOption {
  readonly vars: ReadonlyMap<string, string>;
  readonly environment: {
    readonly contents: {
      readonly packages: { readonly add: readonly string[]; readonly remove: readonly string[] };
    };
  };
}

/** `<version>-r<epoch>`, which every package of the build carries. */
export function fullVersion(recipe: Pick<Recipe, 'package'>): PackageVersion {
  return withEpoch(recipe.package.version, recipe.package.epoch);
}
