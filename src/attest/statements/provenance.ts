/** SLSA provenance v1 of a rebuild (slsa.dev/spec/v1.1/provenance): of the file that was rebuilt, whatever the published one is. */
import type { PlannedEnvironment } from '../../plan/environment.ts';
import type { PlannedSource } from '../../plan/requested-sources.ts';
import type { StatedPackage, StatedPlan } from '../../verdict/stated.ts';
import type { StatementSubject } from './statement-subject.ts';
import { provenancePredicateType, rebuildBuildType, statementType } from './uris.ts';
import { rebuiltFile, type Statement } from './verdict-statement.ts';

/** A ResourceDescriptor of the in-toto attestation framework v1. */
interface Resource {
  readonly name?: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** The provenance of what was rebuilt; undefined where nothing was, or it was not kept what of. */
export function provenanceStatement(
  { verdict, plan, network, sandbox }: StatedPackage,
  { fileName, digest }: StatementSubject,
  { tool }: Statement,
  builderId: string,
) {
  const rebuilt = rebuiltFile(verdict);
  if (rebuilt === undefined || plan === undefined) return undefined;
  return {
    _type: statementType,
    subject: [{ name: fileName, digest: { sha256: rebuilt.sha256 } }],
    predicateType: provenancePredicateType,
    predicate: {
      buildDefinition: {
        buildType: rebuildBuildType,
        externalParameters: { published: { name: fileName, digest: { sha256: digest } } },
        internalParameters: { plan: plan.identity, sandbox, network: network?.mode },
        resolvedDependencies: [
          { name: 'recipe', digest: { sha256: plan.plan.recipe.sha256 } },
          ...environmentResources(plan.plan.environment),
          ...plan.plan.sources.map(sourceResource),
          ...recipeFileResources(plan.plan),
          ...(network === undefined ? [] : [{ name: 'transcript', digest: { sha256: network.transcript } }]),
        ],
      },
      runDetails: {
        builder: { id: builderId, version: { [tool.name]: tool.version } },
        metadata: { invocationId: plan.identity },
      },
    },
  };
}

function environmentResources(environment: PlannedEnvironment): Resource[] {
  switch (environment.kind) {
    case 'recorded':
    case 'nearest':
      return environment.packages.map(({ name, version, sha256 }) => ({
        name: `environment/${name}-${version}.apk`,
        digest: { sha256 },
      }));
    case 'image':
      return [{ name: 'environment', digest: { sha256: environment.manifest } }];
    case 'host':
    case 'directory':
      return [];
  }
}

function sourceResource(source: PlannedSource): Resource {
  return source.kind === 'fetch'
    ? { uri: source.uri, digest: { [source.algorithm]: source.digest } }
    : { uri: `git+${source.repository}`, digest: { gitCommit: source.commit } };
}

function recipeFileResources({ recipeFiles }: StatedPlan): Resource[] {
  return recipeFiles.map(({ path, sha256 }) => ({ name: `beside-recipe/${path}`, digest: { sha256 } }));
}
