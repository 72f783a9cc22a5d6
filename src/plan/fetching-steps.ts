/** Finds the steps that cannot run without a network (docs/melange/running.md#steps-that-need-a-network). */
import type { Recipe, Step } from '../claim/recipe/recipe.ts';
import { Failure } from '../failure.ts';
import type { Format } from '../melange/format.ts';
import { runningSteps } from './planned-steps.ts';

/**
 * Pipelines that fetch in every use. Those that fetch in most uses, such as `go/build` and `cargo/build`, are run: a vendored tree needs
 * no network, and if they need one, their own failure says so.
 */
const alwaysFetching: readonly RegExp[] = [
  /^auth\//,
  /^(go\/bump|bump|omnibump|maven\/pombump|rust\/cargobump|npm\/install)$/,
  /^(uv\/bump|py\/pip-vendor-bump|sccache\/enable)$/,
];

/** Whether a step fetches: a module with a version is fetched from a proxy, one without is in the tree (melange pkg/build/pipelines/go/install.yaml). */
function fetches({ uses, with: inputs }: Step): boolean {
  if (uses === 'go/install') return (inputs.get('version') ?? '') !== '';
  return alwaysFetching.some((pattern) => pattern.test(uses));
}

/** What pipelines fetch in most uses, unless the tree has it. */
const mostlyFetching: readonly (readonly [RegExp, string])[] = [
  [/^go\/(build|install)$/, 'modules'],
  [/^cargo\/build$/, 'crates'],
  [/^npm\/install$/, 'packages of npm'],
  [/^git\/gnulib-bootstrap$/, 'a git repository'],
  [/^auth\//, 'a token'],
  [/^sccache\//, 'a compiler cache'],
  [/(^|\/)(\w*bump)$/, 'versions of dependencies'],
  [/^maven\//, 'artifacts of Maven'],
];

/** What commands fetch, by their words; a comment that has them is named too. */
const fetchingCommands: readonly (readonly [RegExp, string])[] = [
  [/\b(?:curl|wget)\b[^\n]{0,400}https?:/, 'a file'],
  [/\bgit (?:clone|fetch|pull|submodule update)\b/, 'a git repository'],
  [/\bgo (?:build|install|get|run|mod (?:download|tidy|vendor))\b/, 'modules'],
  [/\bcargo (?:build|fetch|install|auditable)\b/, 'crates'],
  [/\b(?:npm (?:ci|install|i)|(?:pnpm|bun) (?:install|i)|yarn(?: install)?)(?:\s|$)/m, 'packages of npm'],
  [/\b(?:pip3? (?:install|download|wheel)|uv (?:sync|pip|build)|poetry install)\b/, 'packages of Python'],
  [/\b(?:bundle install|gem (?:install|fetch))\b/, 'gems'],
  [/(?:\bmvnw? |\bgradle |\/(?:mvnw|gradlew) |\b(?:sbt|lein) )/, 'artifacts of Maven'],
  [/\bdotnet (?:restore|build|publish)\b/, 'packages of NuGet'],
  [/\bcomposer (?:install|update)\b/, 'packages of PHP'],
  [/\bmix deps\.get\b/, 'packages of Hex'],
  [/\b(?:cabal (?:update|build|install)|stack (?:build|install))\b/, 'packages of Haskell'],
  [/\bluarocks (?:install|make|build)\b/, 'rocks of Lua'],
  [/\bcpanm? [A-Z-]/, 'modules of Perl'],
  [/\bhelm dep(?:endency)? (?:update|build)\b/, 'charts of Helm'],
];

/** A step that is known to fetch, before it runs. */
export interface FetchingStep {
  readonly package: string;
  readonly position: string;
  /** The pipeline, or empty. */
  readonly pipeline: string;
  /** What it fetches, in words. */
  readonly what: string;
  /** Whether it does in every use; else a tree may have what it needs. */
  readonly always: boolean;
}

/** Steps that fetch, by pipeline and by command, in the order in which they run. */
export function fetchingSteps(recipe: Recipe, format: Format): FetchingStep[] {
  return runningSteps(recipe, format).flatMap(({ step, package: packageName, position }) => {
    const what =
      mostlyFetching.find(([pattern]) => pattern.test(step.uses))?.[1] ??
      fetchingCommands.find(([pattern]) => pattern.test(step.runs))?.[1];
    if (what === undefined) return [];
    return [{ package: packageName, position, pipeline: step.uses, what, always: fetches(step) }];
  });
}

const mostNamed = 20;

function describeFetching(steps: readonly FetchingStep[]): string {
  const lines = steps
    .slice(0, mostNamed)
    .map(({ package: packageName, position, pipeline, what, always }) => {
      const label = pipeline === '' ? '' : ` (${pipeline})`;
      return `step ${position} of ${packageName}${label}: ${what}${always ? '' : ', unless the tree has it'}`;
    });
  const more = steps.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** Requires that no step needs a network. Fails with `network-required`, naming the step and what it and others would fetch, before anything is run. */
export function requireNoNetwork(recipe: Recipe, format: Format): void {
  for (const { step, package: packageName, position } of runningSteps(recipe, format)) {
    if (!fetches(step)) continue;
    throw networkRequired(
      `step ${position} of ${packageName} (${step.uses})`,
      describeFetching(fetchingSteps(recipe, format)),
    );
  }
}

const mostPorts = 64;

/**
 * Ports in the addresses that steps name, besides those of their own loopback, where a program of the build listens; sorted.
 */
export function namedPorts(recipe: Recipe, format: Format): number[] {
  const texts = runningSteps(recipe, format).flatMap(({ step }) => [step.runs, ...step.environment.values()]);
  const all = [...recipe.environment.environment.values(), ...texts].flatMap((text) =>
    [...text.matchAll(/https?:\/\/([A-Za-z0-9._-]{1,253}):(\d{1,5})\b/g)].flatMap(([, host, port]) =>
      isOwnHost(host!) ? [] : [Number(port)],
    ),
  );
  const ports = new Set(all.filter((port) => port > 0 && port < 65536));
  return [...ports].sort((a, b) => a - b).slice(0, mostPorts);
}

function isOwnHost(host: string): boolean {
  return host === 'localhost' || /^[0-9.]+$/.test(host);
}

/** Messages of programs that found no network: resolvers, curl, wget, git, Go, cargo, npm, pip, Java, apk. */
const complaints: readonly RegExp[] = [
  /could not resolve (host|proxy)/i,
  /temporary failure in name resolution/i,
  /name or service not known/i,
  /no address associated with hostname/i,
  /unable to resolve host address/i,
  /failed to lookup address information/i,
  /bad address '/,
  /network is unreachable/i,
  /getaddrinfo (ENOTFOUND|EAI_AGAIN)/,
  /UnknownHostException/,
  /Failed to establish a new connection/,
  /temporary error \(try again later\)/,
];

/** Go's resolver and dialer: `dial tcp: lookup …`, `dial tcp 1.2.3.4:443: connect: …`. */
function dials(line: string): boolean {
  const at = line.search(/\bdial (tcp|udp)\b/);
  return at >= 0 && /lookup|connect:/.test(line.slice(at));
}

/** Whether the output of a failed step says that it needed the network. */
export function wantedNetwork(output: string): boolean {
  return complaints.some((pattern) => pattern.test(output)) || output.split('\n').some(dials);
}

export function networkRequired(step: string, output: string | undefined): Failure {
  return new Failure('network-required', `${step} needs the network`, {
    ...(output === undefined ? {} : { got: output }),
    hint: 'allow it with --network: what is fetched is recorded, and the verdict says what pins it',
  });
}
