/** The part of the compiled recipe that says how new upstream versions are found (melange pkg/config/config.go at v0.59.1). */
import type { Block } from './block.ts';

/** How new upstream versions are found; without influence on the package. */
export interface Update {
  readonly enabled: boolean;
  readonly manual: boolean;
  readonly requireSequential: boolean;
  readonly shared: boolean;
  readonly versionSeparator: string;
  readonly ignoreRegexPatterns: readonly string[];
  readonly releaseMonitor: ReleaseMonitor;
  readonly github: GithubMonitor;
  readonly git: GitMonitor;
  readonly oci: OciMonitor;
  readonly versionData: VersionData;
  readonly versionTransform: readonly VersionTransform[];
  readonly excludeReason: string;
  readonly schedule: Schedule;
  readonly enablePrereleaseTags: boolean;
}

export interface ReleaseMonitor extends Block {
  readonly identifier: number;
  readonly stripPrefix: string;
  readonly stripSuffix: string;
  readonly versionFilterContains: string;
  readonly versionFilterPrefix: string;
}

export interface GitMonitor extends Block {
  readonly stripPrefix: string;
  readonly stripSuffix: string;
  readonly tagFilterPrefix: string;
  readonly tagFilterContains: string;
}

export interface OciMonitor extends GitMonitor {
  readonly identifier: string;
}

export interface GithubMonitor extends GitMonitor {
  readonly identifier: string;
  readonly tagFilter: string;
  readonly useTag: boolean;
}

export interface VersionData extends Block {
  readonly format: string;
  readonly sources: readonly VersionSource[];
}

export interface VersionSource {
  readonly name: string;
  readonly stream: string;
  readonly ignore: readonly string[];
  readonly commitSource: string;
  readonly useRelease: boolean;
}

export interface VersionTransform {
  readonly match: string;
  readonly replace: string;
}

export interface VarTransform extends VersionTransform {
  readonly from: string;
  readonly to: string;
}

export interface Schedule extends Block {
  readonly reason: string;
  readonly period: string;
}
