/** Modules of Go as a proxy serves them (go.dev/ref/mod, "GOPROXY protocol"). */
import type { Answering, RegistryAnswer } from './registry.ts';
import { zipOf } from './zip-builder.ts';

export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** RFC 3339. */
  readonly time: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Below a path, as some proxies are. */
export function goProxy(modules: readonly GoModule[], below = ''): Answering {
  const answers = new Map<string, RegistryAnswer>();
  const json = { 'content-type': 'application/json' };
  for (const { path, version, time, files } of modules) {
    const base = `${below}/${path}`;
    const info = JSON.stringify({ Version: version, Time: time });
    const inZip = Object.entries(files).map(([name, text]) => [`${path}@${version}/${name}`, text]);
    answers.set(`${base}/@v/${version}.info`, { body: info, headers: json });
    answers.set(`${base}/@v/${version}.mod`, { body: files['go.mod']! });
    answers.set(`${base}/@v/${version}.zip`, { body: zipOf(Object.fromEntries(inZip)) });
    answers.set(`${base}/@latest`, { body: info, headers: json });
    const list = modules.filter((each) => each.path === path).map((each) => each.version);
    answers.set(`${base}/@v/list`, { body: `${list.join('\n')}\n` });
  }
  // Upper case is written with an exclamation mark in addresses.
  const unescaped = (path: string) =>
    decodeURIComponent(path).replace(/!([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
  return (path) => answers.get(unescaped(path));
}

/** A module with one package that gives its own version. */
export function goModule(path: string, version: string, time: string, needs = ''): GoModule {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const imports = needs === '' ? '' : `import _ "${needs.split(' ')[0]}"\n`;
  return {
    path,
    version,
    time,
    files: {
      'go.mod': `module ${path}\n\ngo 1.20\n${needs === '' ? '' : `\nrequire ${needs}\n`}`,
      [`${name}.go`]: `package ${name}\n\n${imports}\nconst Version = "${version}"\n`,
      LICENSE: 'none\n',
    },
  };
}

/** What makes go ask one proxy and nobody else, with its caches below a folder. */
export function goEnvironment(origin: string, folder: string): Record<string, string> {
  return {
    GOPROXY: origin,
    GOSUMDB: 'off',
    GONOSUMDB: '*',
    GOFLAGS: '-mod=mod -modcacherw',
    GOTOOLCHAIN: 'local',
    GOMODCACHE: `${folder}/modules`,
    GOCACHE: `${folder}/build`,
    GOPATH: `${folder}/path`,
  };
}
