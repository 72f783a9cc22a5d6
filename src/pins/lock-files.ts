/** Which recorded files hold pins, by their names. */
import { parseCargoLock } from './cargo-lock.ts';
import { parseGemfileLock } from './gemfile-lock.ts';
import { parseGoSum } from './go-sum.ts';
import { parseVerificationMetadata, parseWrapperProperties } from './gradle.ts';
import { parseNpmLock } from './npm-lock.ts';
import { parsePnpmLock } from './pnpm-lock.ts';
import { parsePipfileLock, parsePythonLock } from './python-locks.ts';
import type { PinParser } from './recorded.ts';
import { parseRequirements } from './requirements.ts';
import { parseYarnLock } from './yarn-lock.ts';

const byName: ReadonlyMap<string, PinParser> = new Map([
  ['go.sum', parseGoSum],
  ['go.work.sum', parseGoSum],
  ['Cargo.lock', parseCargoLock],
  ['package-lock.json', parseNpmLock],
  ['npm-shrinkwrap.json', parseNpmLock],
  ['pnpm-lock.yaml', parsePnpmLock],
  ['yarn.lock', parseYarnLock],
  ['uv.lock', parsePythonLock],
  ['poetry.lock', parsePythonLock],
  ['pdm.lock', parsePythonLock],
  ['pylock.toml', parsePythonLock],
  ['Pipfile.lock', parsePipfileLock],
  ['Gemfile.lock', parseGemfileLock],
  ['gems.locked', parseGemfileLock],
  ['verification-metadata.xml', parseVerificationMetadata],
  ['gradle-wrapper.properties', parseWrapperProperties],
  ['maven-wrapper.properties', parseWrapperProperties],
]);

/** The parser of a file that may hold pins, by its path; undefined for every other file. */
export function pinParserFor(path: string): PinParser | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const named = byName.get(name);
  if (named !== undefined) return named;
  if (name.startsWith('pylock.') && name.endsWith('.toml')) return parsePythonLock;
  // Requirements have any name. A file that is not one holds no `--hash=`.
  return name.endsWith('.txt') ? parseRequirements : undefined;
}
