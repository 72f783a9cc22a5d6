/** Crates as a sparse registry serves them (doc.rust-lang.org/cargo/reference, "Registry Index"). */
import { sha256 } from '../../src/digest.ts';
import { indexPathOf } from '../../src/pins/shapes/crate-shape.ts';
import type { Answering, RegistryAnswer } from './registry.ts';
import { tarballOf } from './tarball.ts';

export interface Crate {
  readonly name: string;
  readonly version: string;
  /** ISO 8601. */
  readonly time: string;
  readonly needs?: readonly (readonly [name: string, requirement: string])[];
  readonly text?: string;
}

/** The index has `pubtime` where it is asked for; the API has the dates in any case. */
export function crateRegistry(crates: readonly Crate[], options: { readonly pubtime: boolean }): Answering {
  return (path, _request, origin) => {
    if (path === '/index/config.json')
      return { body: JSON.stringify({ dl: `${origin}/dl/{crate}/{version}/download`, api: origin }) };
    const [, kind, name = '', version = ''] = path.split('/');
    const found = crates.find((each) => each.name === name && each.version === version);
    if (kind === 'dl') return found === undefined ? undefined : { body: crateBytes(found) };
    if (path.startsWith('/api/v1/crates/')) return apiAnswer(crates, path.split('/')[4]!);
    const versions = crates.filter((each) => path === `/index/${indexPathOf(each.name)}`);
    if (versions.length === 0) return undefined;
    const lines = versions.map((each) => JSON.stringify(entryOf(each, options.pubtime)));
    return { body: `${lines.join('\n')}\n`, headers: { etag: '"of-now"', 'content-type': 'text/plain' } };
  };
}

function apiAnswer(crates: readonly Crate[], name: string): RegistryAnswer {
  const versions = crates
    .filter((each) => each.name === name)
    .map(({ version, time }) => ({ num: version, created_at: time }));
  return { body: JSON.stringify({ versions }), headers: { 'content-type': 'application/json' } };
}

function entryOf(crate: Crate, withTime: boolean) {
  const deps = (crate.needs ?? []).map(([name, req]) => ({
    name,
    req,
    features: [],
    optional: false,
    default_features: true,
    target: null,
    kind: 'normal',
  }));
  const { name, version, time } = crate;
  const entry = { name, vers: version, deps, cksum: sha256(crateBytes(crate)), features: {}, yanked: false };
  return withTime ? { ...entry, pubtime: time } : entry;
}

function crateBytes({ name, version, needs = [], text = '' }: Crate): Buffer {
  const dependencies = needs.map(([each, requirement]) => `${each} = "${requirement}"\n`).join('');
  return tarballOf({
    [`${name}-${version}/Cargo.toml`]: `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n\n[dependencies]\n${dependencies}`,
    [`${name}-${version}/src/lib.rs`]: `pub const VERSION: &str = "${version}"; // ${text}\n`,
  });
}

/** Where cargo keeps what it fetches, and which registry it asks. */
export function cargoEnvironment(origin: string, folder: string): Record<string, string> {
  const home = process.env['HOME'] ?? '/';
  return {
    CARGO_HOME: `${folder}/cargo`,
    RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? `${home}/.rustup`,
    CARGO_REGISTRIES_LAB_INDEX: `sparse+${origin}/index/`,
    CARGO_NET_RETRY: '0',
  };
}
