/** The options of the command line as they are typed. */
import type { EngineName } from '../engine/engine-names.ts';
import type { SandboxKind } from '../execute/sandbox/sandbox.ts';
import type { NetworkPermission } from '../flow/run-options.ts';
import type { ReportFormat } from '../report/format-names.ts';

/** As commander hands them over. */
export interface RawOptions {
  readonly color: boolean;
  readonly key?: readonly string[];
  readonly repository?: readonly string[];
  readonly allowUnsigned?: boolean;
  readonly environment?: string;
  readonly sourceCache?: readonly string[];
  readonly sourceMirror?: readonly string[];
  readonly sourceDir?: string;
  readonly syft?: readonly string[];
  readonly scan?: readonly string[];
  readonly keepScans?: string;
  readonly sandbox?: SandboxKind;
  readonly engine?: EngineName;
  readonly melange?: string;
  readonly cache?: string;
  readonly log?: string;
  readonly jobs?: string;
  readonly repeat?: string;
  readonly vary?: readonly string[];
  readonly pin?: readonly string[];
  readonly tryFix?: boolean;
  readonly threads?: string;
  readonly stepSeconds?: string;
  readonly memoryMib?: string;
  readonly processes?: string;
  readonly diskMib?: string;
  readonly format?: ReportFormat;
  readonly output?: readonly string[];
  readonly out?: string;
  readonly signingKey?: string;
  readonly arch?: string;
  readonly offline?: boolean;
  readonly maxIndexAge?: string;
  readonly allowPrivateAddresses?: boolean;
  readonly allowPlainHttp?: boolean;
  readonly fallbackRepository?: readonly string[];
  readonly trustRecordedRepositories?: boolean;
  readonly allowUnpinnedSources?: boolean;
  readonly recipeRepository?: string;
  readonly network?: NetworkPermission;
  readonly transcript?: readonly string[];
  readonly registriesAsOf?: string;
  readonly trustRecipe?: boolean;
  readonly bundle?: string;
  readonly olderThan?: string;
  readonly maxSize?: string;
  readonly entries?: boolean;
  readonly policy?: string;
  readonly today?: string;
}
