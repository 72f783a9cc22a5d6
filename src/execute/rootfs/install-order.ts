/** The order in which apko installs: world entries by name, dependencies first (docs/melange/environment.md#the-guest). */
import { compareBytes } from '../../bytes.ts';

export interface Installable {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
}

/** Each package once, after those that it depends on. */
export function installOrder<P extends Installable>(packages: readonly P[]): P[] {
  const providers = providersOf(packages);
  const world = [...packages].sort((a, b) =>
    compareBytes(`${a.name}=${a.version}`, `${b.name}=${b.version}`),
  );
  const ordered: P[] = [];
  const seen = new Set<P>();
  const visit = (each: P): void => {
    if (seen.has(each)) return;
    seen.add(each);
    for (const dependency of each.dependencies) {
      const provider = providers.get(nameOf(dependency));
      if (!dependency.startsWith('!') && provider !== undefined) visit(provider);
    }
    ordered.push(each);
  };
  for (const each of world) visit(each);
  return ordered;
}

function providersOf<P extends Installable>(packages: readonly P[]): Map<string, P> {
  const providers = new Map<string, P>();
  for (const each of packages) {
    for (const provided of each.provides) {
      if (!providers.has(nameOf(provided))) providers.set(nameOf(provided), each);
    }
  }
  for (const each of packages) providers.set(each.name, each);
  return providers;
}

function nameOf(dependency: string): string {
  return dependency.split(/[=<>~@]/, 1)[0]!;
}
