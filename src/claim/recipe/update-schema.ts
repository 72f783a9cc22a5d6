/** The schema of how new upstream versions are found: a part of the compiled recipe that has no influence on the package (`schema.ts`). */
import {
  always,
  alwaysWhere,
  block,
  type Codec,
  flag,
  list,
  optional,
  signed,
  struct,
  text,
  texts,
} from './codec.ts';
import type * as recipe from './recipe-update.ts';

const releaseMonitor = struct<recipe.ReleaseMonitor>({
  identifier: always('identifier', signed),
  stripPrefix: optional('strip-prefix', text),
  stripSuffix: optional('strip-suffix', text),
  versionFilterContains: optional('version-filter-contains', text),
  versionFilterPrefix: optional('version-filter-prefix', text),
});

const githubMonitor = struct<recipe.GithubMonitor>({
  identifier: always('identifier', text),
  stripPrefix: optional('strip-prefix', text),
  stripSuffix: optional('strip-suffix', text),
  tagFilter: optional('tag-filter', text),
  tagFilterPrefix: optional('tag-filter-prefix', text),
  tagFilterContains: optional('tag-filter-contains', text),
  useTag: optional('use-tag', flag),
});

const gitMonitor = struct<recipe.GitMonitor>({
  stripPrefix: optional('strip-prefix', text),
  stripSuffix: optional('strip-suffix', text),
  tagFilterPrefix: optional('tag-filter-prefix', text),
  tagFilterContains: optional('tag-filter-contains', text),
});

const ociMonitor = struct<recipe.OciMonitor>({
  identifier: always('identifier', text),
  stripPrefix: optional('strip-prefix', text),
  stripSuffix: optional('strip-suffix', text),
  tagFilterPrefix: optional('tag-filter-prefix', text),
  tagFilterContains: optional('tag-filter-contains', text),
});

const versionSource = struct<recipe.VersionSource>({
  name: always('name', text),
  stream: always('stream', text),
  ignore: optional('ignore', texts),
  commitSource: optional('commit_source', text),
  useRelease: optional('use_release', flag),
});

const versionData = struct<recipe.VersionData>({
  format: always('version_format', text),
  sources: always('sources', list(versionSource)),
});

const versionTransform = struct<recipe.VersionTransform>({
  match: always('match', text),
  replace: always('replace', text),
});

export const varTransform: Codec<recipe.VarTransform> = struct<recipe.VarTransform>({
  from: always('from', text),
  match: always('match', text),
  replace: always('replace', text),
  to: always('to', text),
});

const schedule = struct<recipe.Schedule>({
  reason: optional('reason', text),
  period: optional('period', text),
});

export const update: Codec<recipe.Update> = struct<recipe.Update>({
  enabled: always('enabled', flag),
  manual: always('manual', flag),
  requireSequential: alwaysWhere('falseSequence', 'require-sequential', flag),
  shared: optional('shared', flag),
  versionSeparator: optional('version-separator', text),
  ignoreRegexPatterns: optional('ignore-regex-patterns', texts),
  releaseMonitor: optional('release-monitor', block(releaseMonitor)),
  github: optional('github', block(githubMonitor)),
  git: optional('git', block(gitMonitor)),
  oci: optional('oci', block(ociMonitor)),
  versionData: optional('version_data', block(versionData)),
  versionTransform: optional('version-transform', list(versionTransform)),
  excludeReason: optional('exclude-reason', text),
  schedule: optional('schedule', block(schedule)),
  enablePrereleaseTags: optional('enable-prerelease-tags', flag),
});
