/** Counts votes about one file: one for each rebuilder. */
import { compareBytes } from '../../bytes.ts';
import type { Sha256 } from '../../digest.ts';
import { grouped, largest } from '../../lists.ts';
import type { VerdictKind } from '../../verdict/verdict.ts';
import type { Says } from '../statements/observation.ts';
import type { Vote } from './statement-votes.ts';
import type { VoteIndex } from './vote-index.ts';

/** The file that is asked about. */
export interface AskedFile {
  readonly sha256: Sha256;
  /** Its name, where it is known: a link dissents by having different bytes under the same name. */
  readonly name: string | undefined;
}

/** What one rebuilder says of a file. */
export interface Opinion {
  readonly rebuilder: string;
  readonly says: Says;
  readonly verdict: VerdictKind | undefined;
  readonly reason: string | undefined;
  /** The digest of what it got, where that is a different file. */
  readonly got: Sha256 | undefined;
  readonly time: number | undefined;
  /** The file of the statement. */
  readonly file: string;
}

export interface SubjectDecision {
  readonly sha256: Sha256;
  /** The names under which statements have it; attacker-controlled. */
  readonly names: readonly string[];
  readonly outcome: 'confirmed' | 'dissent' | 'too-few';
  readonly agree: readonly Opinion[];
  readonly dissent: readonly Opinion[];
  readonly abstain: readonly Opinion[];
}

export interface Terms {
  /** How many rebuilders must agree. */
  readonly require: number;
  /** Whether one that saw other bytes decides alone, as in in-toto. */
  readonly noDissent: boolean;
}

/** Decides about one file. Enough that agree confirm it, whoever dissents, unless a dissenter has a veto. */
export function decideSubject(asked: AskedFile, votes: VoteIndex, terms: Terms): SubjectDecision {
  const own = votes.about(asked.sha256);
  const names = namesOf(asked, own);
  const byRebuilder = grouped(opinionsOf(asked.sha256, names, votes), ({ rebuilder }) => rebuilder);
  const opinions = [...byRebuilder.values()]
    .map(lastWord)
    .sort((a, b) => compareBytes(a.rebuilder, b.rebuilder));
  const saying = (says: Says) => opinions.filter((each) => each.says === says);
  const [agree, dissent, abstain] = [saying('same'), saying('other'), saying('nothing')];
  const isEnough = agree.length >= terms.require && !(terms.noDissent && dissent.length > 0);
  return {
    sha256: asked.sha256,
    names,
    outcome: isEnough ? 'confirmed' : dissent.length > 0 ? 'dissent' : 'too-few',
    agree,
    dissent,
    abstain,
  };
}

function namesOf({ sha256, name }: AskedFile, votes: readonly Vote[]): string[] {
  const names = new Set(name === undefined ? [] : [name]);
  for (const { observation } of votes)
    for (const file of observation.files) if (file.sha256 === sha256) names.add(file.name);
  return [...names];
}

/**
 * What is said of a file: by votes about it, and by links that have other bytes under one of its names. A link is of a different file, such as the package of the other
 * architecture, where somebody states that its bytes are published and its own rebuilder has those that are asked about as well: one who lies
 * cannot take away the dissent of a different one.
 */
function* opinionsOf(sha256: Sha256, names: readonly string[], votes: VoteIndex): Generator<Opinion> {
  const own = votes.about(sha256);
  const agreeing = new Set(
    own.filter(({ observation }) => observation.says === 'same').map(({ rebuilder }) => rebuilder),
  );
  for (const vote of own) yield opinionOf(vote, vote.observation.says, undefined);
  for (const name of names)
    for (const link of votes.linksNamed(name)) {
      const { files } = link.observation;
      if (files.some((each) => each.sha256 === sha256)) continue;
      const isElsewhere = (each: Sha256) => votes.isPublished(each) && agreeing.has(link.rebuilder);
      const other = files.find((each) => each.name === name && !isElsewhere(each.sha256));
      if (other !== undefined) yield opinionOf(link, 'other', other.sha256);
    }
}

function opinionOf({ file, rebuilder, observation }: Vote, says: Says, got: Sha256 | undefined): Opinion {
  const { verdict, reason, time } = observation;
  return { rebuilder, says, verdict, reason, got, time, file };
}

const worst: readonly Says[] = ['other', 'same', 'nothing'];

/**
 * What a rebuilder says in the end. The newest of its statements with a time counts, as a rebuilder may learn; where it has several of the same
 * time, or some without one, the worst of them. What says nothing takes nothing back.
 */
function lastWord(opinions: readonly Opinion[]): Opinion {
  const telling = opinions.filter(({ says }) => says !== 'nothing');
  const from = telling.length === 0 ? opinions : telling;
  const newest = largest(
    from.map(({ time }) => time ?? Number.NEGATIVE_INFINITY),
    Number.NEGATIVE_INFINITY,
  );
  const last = from.filter(({ time }) => time === undefined || time === newest);
  return [...last].sort((a, b) => worst.indexOf(a.says) - worst.indexOf(b.says))[0]!;
}
