/** What became known last, as an Atom feed (RFC 4287). */

import { canonicalJson } from '../../canonical.ts';
import { sha256 } from '../../digest.ts';
import { groupByBuild, groupOf } from '../build-groups.ts';
import { causesText, groupText, pointText, repositoriesText } from '../status-words.ts';
import type { SweepStatus } from '../sweep-status.ts';
import { knownAt, latestChanges, type TurningPoint } from '../turning-points.ts';
import type { LinkOf } from './package-place.ts';
import { text } from './site-page.ts';

const mostEntries = 200;

export interface FeedFacts {
  /** Sorted. */
  readonly repositories: readonly string[];
  /** Version of this program. */
  readonly tool: string;
  /** Where the site will be published, with a slash at its end; empty where nobody said: links are then relative. */
  readonly address: string;
  /** The last moment that anything is known of, in milliseconds since 1970. */
  readonly updated: number;
}

/** The feed; entries are of whole builds, the last to become known first. */
export function atomFeed(status: SweepStatus, linkOf: LinkOf, facts: FeedFacts): string {
  const { repositories, tool, address, updated } = facts;
  const points = latestChanges(status.history.packages);
  const groups = groupByBuild(
    points,
    ({ of }) => of,
    (point) => `${point.kind} ${pointText(point)}`,
  );
  const entries = groups.slice(0, mostEntries).map((group) => {
    const { example } = group;
    const title = `${groupText(groupOf(group, ({ of }) => of))} ${example.kind === 'fix' ? 'reproduces' : 'stopped reproducing'}`;
    const why = example.kind === 'fix' ? '' : `; ${causesText({ ...example.of, row: example.after })}`;
    return `<entry>
<id>${pointId(example)}</id>
<title>${text(title)}</title>
<updated>${timeText(knownAt(example))}</updated>
<link href="${text(address + linkOf(example.of))}"/>
<summary>${text(`${pointText(example)}${why}`)}</summary>
</entry>
`;
  });
  const self = address === '' ? '' : `<link rel="self" href="${text(`${address}feed.xml`)}"/>\n`;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>${uuid({ repositories })}</id>
<title>${text(`What changed in ${repositoriesText(repositories)}`)}</title>
<updated>${timeText(updated)}</updated>
<author><name>wolfi-repro</name></author>
<generator version="${text(tool)}">wolfi-repro</generator>
${self}<link href="${text(`${address}index.html`)}"/>
${entries.join('')}</feed>
`;
}

/** The same change has the same id in every run, whatever else became known. */
function pointId({ of, kind, before, after }: TurningPoint): string {
  const { repository, architecture, origin } = of;
  return uuid({
    repository,
    architecture,
    origin,
    kind,
    before: before.version,
    after: after.version,
    tool: after.tool,
  });
}

/** A UUID made of a digest, of the version for own uses (RFC 9562, 5.8). */
function uuid(value: object): string {
  const digest = sha256(Buffer.from(canonicalJson(value)));
  const variant = '89ab'[Number.parseInt(digest[16]!, 16) & 3]!;
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
