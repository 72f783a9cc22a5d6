/** A Maven repository of parents: POMs alone (maven.apache.org, "Repository Layout"). */
import type { Answering, RegistryAnswer } from './registry.ts';

export interface Deployed {
  readonly version: string;
  /** ISO 8601. */
  readonly time: string;
}

/** `org.example:parent` below `/m`, with digests beside the list as repositories have them. */
export function mavenRepository(deployed: readonly Deployed[], digest: (text: string) => string): Answering {
  const base = '/m/org/example/parent';
  const list = metadataOf(deployed);
  const answers = new Map<string, RegistryAnswer>([
    [`${base}/maven-metadata.xml`, { body: list, headers: { 'content-type': 'text/xml' } }],
    [`${base}/maven-metadata.xml.sha1`, { body: digest(list) }],
  ]);
  for (const { version, time } of deployed) {
    const body = pomOf(version);
    const path = `${base}/${version}/parent-${version}.pom`;
    answers.set(path, { body, headers: { 'last-modified': new Date(time).toUTCString() } });
    answers.set(`${path}.sha1`, { body: digest(body) });
  }
  return (path) => answers.get(path);
}

function metadataOf(deployed: readonly Deployed[]): string {
  const versions = deployed.map(({ version }) => `      <version>${version}</version>\n`).join('');
  const last = deployed.at(-1)!;
  const updated = last.time.replace(/\D/g, '').slice(0, 14);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<metadata>\n  <groupId>org.example</groupId>\n  <artifactId>parent</artifactId>\n  <versioning>\n    <latest>${last.version}</latest>\n    <release>${last.version}</release>\n    <versions>\n${versions}    </versions>\n    <lastUpdated>${updated}</lastUpdated>\n  </versioning>\n</metadata>\n`;
}

function pomOf(version: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>parent</artifactId><version>${version}</version><packaging>pom</packaging></project>\n`;
}

/** A project whose parent is any of a range: Maven resolves it before it does anything else. */
export const mavenProject: Readonly<Record<string, string>> = {
  'pom.xml':
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>[1,2)</version><relativePath/></parent><artifactId>program</artifactId><version>1</version><packaging>pom</packaging></project>\n',
};

export function mavenSettings(origin: string): string {
  return `<settings><mirrors><mirror><id>lab</id><mirrorOf>*</mirrorOf><url>${origin}/m</url></mirror></mirrors></settings>\n`;
}
