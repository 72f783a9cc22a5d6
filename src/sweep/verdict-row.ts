/** What is kept of the verdict on one package: a row of the dataset, and all that a status page is made of. */
import type { CauseKind } from '../compare/cause.ts';
import type { Sha256 } from '../digest.ts';
import type { Architecture, PackageName, PackageVersion } from '../names.ts';
import type { VerdictKind } from '../verdict/verdict.ts';

export interface VerdictRow {
  /** With `name` unique. */
  readonly job: Sha256;
  readonly name: PackageName;
  readonly version: PackageVersion;
  readonly architecture: Architecture;
  readonly origin: PackageName;
  readonly repository: string;
  readonly commit: string;
  /** Seconds since 1970; 0 where the index records none. */
  readonly builtAt: number;
  /** `Q1…`, as the index lists it. */
  readonly checksum: string;
  /** Of the published file; undefined where none was read. */
  readonly sha256: Sha256 | undefined;
  readonly size: number;
  readonly verdict: VerdictKind;
  /** The reason of the verdict, of its closed list; empty for `reproduced`. */
  readonly reason: string;
  /** Without doubles, sorted. */
  readonly causes: readonly CauseKind[];
  /** State of the SBOM; empty where there is none. */
  readonly sbom: string;
  /** Version of melange that built it, as the plan has it; empty where there is no plan. */
  readonly melange: string;
  readonly plan: Sha256 | undefined;
  /** Digest of the recipe as recorded, and of the list of the environment's packages. */
  readonly recipe: Sha256 | undefined;
  readonly environment: Sha256 | undefined;
  readonly sandbox: string;
  readonly caveats: readonly string[];
  /** Version of this program. */
  readonly tool: string;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly judgedAt: number;
  readonly popularity: number;
  /** The whole result as JSON (`wolfi-repro/result/1`), among the artifacts. */
  readonly result: Sha256 | undefined;
}
