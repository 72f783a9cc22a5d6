/** Gems as a registry serves them (guides.rubygems.org, "Compact Index API"). */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from '../../src/digest.ts';
import type { Answering, RegistryAnswer } from './registry.ts';
import { tarballOf } from './tarball.ts';

export interface RubyGem {
  readonly name: string;
  readonly version: string;
  /** ISO 8601. */
  readonly time: string;
  /** The name and the least version of another gem. */
  readonly needs?: readonly [name: string, version: string];
  readonly text?: string;
}

/**
 * Version 1 of the format has its times in the API alone.
 * @param served the gems whose bytes are given, where these are not those of the index
 */
export function gemRegistry(gems: readonly RubyGem[], format: 1 | 2, served = gems): Answering {
  const answers = new Map<string, RegistryAnswer>();
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const lines: string[] = [];
  for (const name of new Set(gems.map((gem) => gem.name))) {
    const versions = gems.filter((gem) => gem.name === name);
    const info = `---\n${versions.map((gem) => infoLine(gem, format)).join('')}`;
    answers.set(`/info/${name}`, {
      body: info,
      headers: { etag: `"${md5(info)}"`, 'content-type': 'text/plain' },
    });
    lines.push(`${name} ${versions.map(({ version }) => version).join(',')} ${md5(info)}\n`);
    const ofApi = versions.map(({ version, time }) => ({
      ...{ number: version, platform: 'ruby', created_at: time },
    }));
    answers.set(`/api/v1/versions/${name}.json`, { body: JSON.stringify(ofApi) });
  }
  for (const gem of served) answers.set(`/gems/${gem.name}-${gem.version}.gem`, { body: gemBytes(gem) });
  const last = gems
    .map(({ time }) => time)
    .sort()
    .at(-1);
  answers.set('/versions', {
    body: `created_at: ${last}\n---\n${lines.join('')}`,
    headers: { 'content-type': 'text/plain' },
  });
  return (path) => answers.get(path);
}

function infoLine(gem: RubyGem, format: 1 | 2): string {
  const { version, time, needs } = gem;
  const dependency = needs === undefined ? '' : `${needs[0]}:>= ${needs[1]}`;
  const created = format === 2 ? `,created_at:${time}` : '';
  return `${version} ${dependency}|checksum:${sha256(gemBytes(gem))}${created}\n`;
}

/** An archive of a specification and an archive of files, each compressed. */
function gemBytes({ name, version, needs, text = '' }: RubyGem): Buffer {
  const dependency =
    needs === undefined
      ? 'dependencies: []\n'
      : `dependencies:
- !ruby/object:Gem::Dependency
  name: ${needs[0]}
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - ">="
      - !ruby/object:Gem::Version
        version: ${needs[1]}
  type: :runtime
  prerelease: false
`;
  const specification = `--- !ruby/object:Gem::Specification
name: ${name}
version: !ruby/object:Gem::Version
  version: ${version}
platform: ruby
authors:
- tests
date: 2024-01-01 00:00:00.000000000 Z
${dependency}files:
- lib/${name}.rb
require_paths:
- lib
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
summary: of a test
specification_version: 4
rubygems_version: 3.3.5
`;
  const files = tarballOf({ [`lib/${name}.rb`]: `VERSION = "${version}" # ${text}\n` });
  const member = (bytes: Uint8Array) => ({ text: bytes, mode: 0o444 });
  const whole = tarballOf({
    'metadata.gz': member(gzipSync(specification)),
    'data.tar.gz': member(files),
  });
  return gunzipSync(whole);
}
