/** uv, Bundler and Maven as they run in a guest. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { clientMissing, ownUv } from './clients.ts';
import { gemRegistry, type RubyGem } from './gems.ts';
import {
  earlyTime,
  isEarly,
  isLate,
  type LockedClient,
  lateTime,
  registryOrigin,
  unlessThere,
  versionsOf,
} from './locked-clients.ts';
import { mavenProject, mavenRepository, mavenSettings } from './maven.ts';
import { type PythonPackage, pythonIndex } from './python-packages.ts';
import type { Answering } from './registry.ts';

export const moreClients: readonly LockedClient[] = [uv(), bundler(), maven()];

/** uv has its authorities compiled in; the variable is of a recipe that wants those of the guest. */
function uv(): LockedClient {
  const own = ownUv();
  const [first, all] = versionsOf<PythonPackage>((name, version, time, needs) => ({
    name: `${name}-wheel`,
    version,
    time,
    ...(needs === undefined ? {} : { needs: `low-wheel>=${needs}` }),
  }));
  const serving =
    (packages: readonly PythonPackage[]): Answering =>
    (path, request) =>
      pythonIndex(packages)(path, request, registryOrigin);
  return {
    name: 'uv',
    missing: typeof own === 'string' ? own : unlessThere('/usr/bin/python3'),
    ...(typeof own === 'string' ? {} : { beside: [['uv', own.path]] }),
    registries: {
      early: serving(first),
      late: serving(all),
      tampered: serving(first.map((each) => ({ ...each, text: 'tampered' }))),
    },
    project: `export UV_NATIVE_TLS=true UV_SYSTEM_CERTS=true UV_CACHE_DIR=/tmp/uv UV_PYTHON_DOWNLOADS=never UV_PYTHON=/usr/bin/python3 UV_DEFAULT_INDEX=${registryOrigin}/simple/ UV_HTTP_RETRIES=0
printf '[project]\\nname = "program"\\nversion = "1"\\nrequires-python = ">=3.9"\\ndependencies = ["high-wheel"]\\n[tool.uv]\\npackage = false\\n' > pyproject.toml`,
    unlocked: '$beside/uv sync',
    locked: '$beside/uv sync --frozen',
    lockFiles: 'uv.lock',
    chosen: 'cat uv.lock; ls .venv/lib/*/site-packages',
    isEarly: /high_wheel-1\.2\.0/,
    isLate: /high_wheel-1\.9\.0/,
  };
}

/** Its lock file has no digests before Bundler 2.6: what contradicts those of the index is refused. */
function bundler(): LockedClient {
  const [first, all] = versionsOf<RubyGem>((name, version, time, needs) => ({
    name,
    version,
    time,
    ...(needs === undefined ? {} : { needs: ['low', needs] }),
  }));
  const tampered = first.map((each) => ({ ...each, text: 'tampered' }));
  return {
    name: 'Bundler',
    missing: unlessThere('/usr/bin/bundle') || clientMissing('/usr/bin/bundle'),
    registries: {
      early: gemRegistry(first, 1),
      late: gemRegistry(all, 1),
      tampered: gemRegistry(first, 1, tampered),
    },
    project: `export BUNDLE_PATH=/tmp/gems BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_RETRY=0
printf 'source "${registryOrigin}"\\ngem "high"\\n' > Gemfile`,
    unlocked: 'bundle install',
    locked: 'BUNDLE_FROZEN=true bundle install',
    lockFiles: 'Gemfile.lock',
    chosen: 'cat Gemfile.lock; ls /tmp/gems/ruby/*/gems',
    isEarly,
    isLate,
  };
}

/** It has no lock file: a range is decided anew each time. Its settings and Java's lie outside of /usr, which is all that the guest has of the machine. */
function maven(): LockedClient {
  const java = '/etc/java-17-openjdk';
  const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
  const early = { version: '1.2.0', time: earlyTime };
  const late = { version: '1.9.0', time: lateTime };
  const files = { ...mavenProject, 'settings.xml': mavenSettings(registryOrigin) };
  return {
    name: 'Maven',
    missing:
      unlessThere('/usr/bin/mvn') ||
      (existsSync(java) ? false : 'Java 17 of the system is not installed') ||
      clientMissing('mvn'),
    beside: [
      ['maven', '/etc/maven'],
      ['java-17-openjdk', java],
    ],
    registries: { early: mavenRepository([early], sha1), late: mavenRepository([early, late], sha1) },
    project: `cp -r $beside/maven $beside/java-17-openjdk /etc/
${Object.entries(files)
  .map(([name, text]) => `echo ${Buffer.from(text).toString('base64')} | base64 -d > ${name}`)
  .join('\n')}`,
    unlocked: `export JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64
mvn -B -q -s settings.xml -Dmaven.repo.local=/tmp/repository help:invalid-goal || true`,
    chosen: `find /tmp/repository -name '*.pom' | sed 's|.*/parent-|parent |'`,
    isEarly: /parent 1\.2\.0/,
    isLate: /parent 1\.9\.0/,
  };
}
