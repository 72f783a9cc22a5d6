/** What the steps of a build fetched, in the words that all reports share. */
import { counted } from '../bytes.ts';
import { refusalTitles } from '../transcript/refusals.ts';
import type { ListsAsOf, NetworkSummary, PinSummary, Suspect } from '../verdict/fetched.ts';
import { type Bounds, moreInJson, show } from './bounds.ts';
import type { Fact } from './fact.ts';

const mostListed = 20;

/** What a reproduced package rests on besides its bytes; nothing where it fetched nothing, or not all of it is pinned. */
export function networkGrounds(network: NetworkSummary | undefined): Fact[] {
  return network?.pins.conclusion === 'all-pinned'
    ? [{ label: 'network', value: 'all fetched objects are pinned by the recorded sources' }]
    : [];
}

export function networkFacts(network: NetworkSummary, { value }: Bounds): Fact[] {
  const {
    mode,
    transcript,
    hosts,
    objects,
    bytes,
    sentBytes,
    pins,
    unanswered,
    refused,
    silent = [],
    listsAsOf,
  } = network;
  const hostText = ({ host, requests, bytes: received }: NetworkSummary['hosts'][number]) =>
    `${show(host, value)}: ${counted(requests, 'request')}, ${counted(received, 'byte')}`;
  return [
    {
      label: 'fetched',
      value: `${counted(objects, 'object')}, ${counted(bytes, 'byte')}, ${mode}; sent: ${counted(sentBytes, 'byte')}`,
    },
    ...listed('from', hosts, hostText),
    ...(listsAsOf === undefined ? [] : [{ label: 'as of', value: listsText(listsAsOf) }]),
    { label: 'pins', value: pinText(pins) },
    ...listed('suspect', pins.suspects, (each) => suspectText(each, value), 'warn'),
    ...listed('not read', pins.gaps, ({ file, problem }) => `${show(file, value)}: ${problem}`, 'warn'),
    ...listed('unanswered', unanswered, ({ method, url, reason }) => {
      return `${method} ${show(url, value)}: ${reason}`;
    }),
    ...listed('refused', refused, ({ kind, target, count }) => {
      return `${show(target, value)}: ${refusalTitles[kind]}${count === 1 ? '' : `, ${count} times`}`;
    }),
    ...listed('silent', silent, (target) => {
      return `${show(target, value)}: a connection over TLS ended before anything was asked`;
    }),
    { label: 'transcript', value: `sha256 ${transcript}` },
  ];
}

function listsText({ asOf, lists, removed, corrected, undated }: ListsAsOf): string {
  const time = new Date(asOf * 1000).toISOString().replace('.000', '');
  return `${time}: ${counted(lists, 'list')}, ${removed} left out, ${corrected} chosen again, ${undated} of unknown time`;
}

const conclusions: Readonly<Record<PinSummary['conclusion'], string>> = {
  'nothing-fetched': 'nothing was fetched that a package could hold',
  'all-pinned': 'all fetched objects are pinned by the recorded sources',
  unpinned: 'not all that was fetched is pinned by the recorded sources',
  contradicted: 'what was fetched contradicts the recorded sources',
};

function pinText({ conclusion, pinned, unpinned, metadata, contradicted }: PinSummary): string {
  const counts = `${pinned} pinned, ${unpinned} not, ${contradicted} contradicted, ${metadata} that choose`;
  return conclusion === 'nothing-fetched' ? conclusions[conclusion] : `${conclusions[conclusion]}: ${counts}`;
}

/** Why something is a suspect, for people. */
const reasons: Readonly<Record<Suspect['why'], string>> = {
  'no-pin': 'no recorded source has a digest of it',
  'weak-pin': 'its only digests are of broken algorithms',
  'named-by-commit': 'its address names a pinned commit, which does not fix its bytes',
  'commit-not-pinned': 'a commit that nothing pins',
  partial: 'a part of a file',
  unreadable: 'it cannot be read as what its pin is of',
  contradicted: 'it contradicts its digest',
  'chose-unpinned': 'it chose something that is not pinned',
};

function suspectText({ method, url, why, expected = [] }: Suspect, longest: number): string {
  const pins = expected.map(
    ({ algorithm, value, file }) => ` ${show(file, longest)} has ${algorithm}:${value}`,
  );
  return `${method} ${show(url, longest)}: ${reasons[why]}${pins.length === 0 ? '' : `;${pins.join(',')}`}`;
}

function listed<V>(
  label: string,
  values: readonly V[],
  text: (value: V) => string,
  tone?: Fact['tone'],
): Fact[] {
  const shown = values.slice(0, mostListed).map(text);
  const more = values.length - shown.length;
  const all = [...shown, ...(more > 0 ? [`… and ${more} more; ${moreInJson}`] : [])];
  return all.length === 0 ? [] : [{ label, value: all.join('\n'), ...(tone === undefined ? {} : { tone }) }];
}
