/** The types of what this program states. Each type has its own version. */
import { home } from '../../home.ts';

/** The predicate of a verdict (docs/attestations.md). */
export const verdictPredicateType = `${home}/verdict/v1`;
/** How the build of SLSA provenance ran: from the recipe that the published package carries. */
export const rebuildBuildType = `${home}/rebuild/v1`;
/** The builder of SLSA provenance where none was named: this program, wherever it ran. */
export const usualBuilderId = `${home}/builder`;

export const statementType = 'https://in-toto.io/Statement/v1';
export const provenancePredicateType = 'https://slsa.dev/provenance/v1';

/** OSS Rebuild's statement that two files are equal, maybe once they are normalised (google/oss-rebuild, `ArtifactEquivalence@v0.1`). */
export const equivalenceBuildType = 'https://docs.oss-rebuild.dev/builds/ArtifactEquivalence@v0.1';
