/** What a build was given that nothing pins, and what other recordings of it hold instead, made ready for recognising it in what differs. */
import { shownAddress } from '../address.ts';
import type { Sha256 } from '../digest.ts';
import {
  contentKeys,
  type GivenInputs,
  gitKey,
  leastContentBytes,
  tellingWords,
  type UnpinnedInputs,
  type WordSource,
} from '../explain/causes/given-inputs.ts';
import type { Content } from '../formats/content.ts';
import type { Store } from '../inputs/store/store.ts';
import { addTo } from '../lists.ts';
import { filesOfArchive } from '../pins/archive-files.ts';
import { objectsOfPack } from '../pins/shapes/git-shape.ts';
import { Unpacking } from '../pins/unpacking.ts';
import { requestKey } from '../transcript/request-key.ts';
import { type Transcript, transcriptDigest } from '../transcript/transcript.ts';
import type { Built } from './candidate.ts';
import { fileContent } from './file-content.ts';
import { builtInstead } from './other-answers.ts';
import { otherRecordings } from './other-recordings.ts';
import { pinSummary } from './pin-summary.ts';

const mebibyte = 1024 * 1024;
const bounds = {
  answers: 1000,
  /** Bytes of one answer that is looked into, and that all become. */
  answerBytes: 256 * mebibyte,
  unpackedBytes: 2048 * mebibyte,
  files: 500_000,
  textBytes: mebibyte,
  words: 500_000,
  /** Texts with one word that are kept. */
  textsOfWord: 8,
};

/** An answer of the network. */
interface Answer {
  readonly url: string;
  readonly sha256: Sha256;
  /** In words. */
  readonly where: string;
}

const known = new WeakMap<Built['rebuilt'], Promise<UnpinnedEvidence>>();

export interface UnpinnedEvidence {
  /** Undefined where there is nothing that nothing pins. */
  readonly inputs: UnpinnedInputs | undefined;
  /** What is to be said of builds with other answers. */
  readonly caveats: readonly string[];
}

/** Made once for a package that differs. */
export function unpinnedInputs(built: Built): Promise<UnpinnedEvidence> {
  const made = known.get(built.rebuilt) ?? make(built);
  known.set(built.rebuilt, made);
  return made;
}

async function make(built: Built): Promise<UnpinnedEvidence> {
  const { candidate, rebuilt } = built;
  const { conversation } = rebuilt;
  const nothing = { inputs: undefined, caveats: [] };
  if (conversation === undefined) return nothing;
  const { suspects } = await pinSummary(candidate, conversation);
  if (suspects.length === 0) return nothing;
  const { store } = candidate.run.machine.inputs;
  const { transcript } = conversation;
  const others = await otherRecordings(candidate, transcript);
  const given = suspects.map(({ method, url, sha256 }) => {
    return { url, sha256, where: `${method} ${shownAddress(url)}` };
  });
  const instead = others.flatMap((other) => answersOnlyIn(other, transcript));
  const { givenElsewhere, caveats } = await builtInstead(built, others);
  return {
    inputs: {
      given: await inputsOf(given, store),
      instead: await inputsOf(instead, store),
      builtInstead: givenElsewhere,
    },
    caveats,
  };
}

/** Answers of a recording with bytes that the other does not have. */
function answersOnlyIn(other: Transcript, transcript: Transcript): Answer[] {
  const held = new Set(transcript.exchanges.map(({ body }) => body.sha256));
  const requests = new Set(transcript.exchanges.map(requestKey));
  const name = `the recording ${transcriptDigest(other).slice(0, 12)}`;
  return other.exchanges
    .filter(({ status, body }) => status < 400 && body.size > 0 && !held.has(body.sha256))
    .map((exchange) => ({
      url: exchange.url,
      sha256: exchange.body.sha256,
      where: `${exchange.method} ${shownAddress(exchange.url)} in ${name}${requests.has(requestKey(exchange)) ? '' : ', which was not asked here'}`,
    }));
}

class InputsInMaking {
  readonly contents = new Map<string, string>();
  readonly words = new Map<string, WordSource[]>();
  #words = 0;

  addContent(key: string, where: string): void {
    if (this.contents.size < bounds.files && !this.contents.has(key)) this.contents.set(key, where);
  }

  addText(text: string, where: string): void {
    const words = new Set(tellingWords(text));
    const source = { where, words };
    for (const word of words) {
      this.#words += 1;
      if (this.#words > bounds.words) return;
      if ((this.words.get(word)?.length ?? 0) < bounds.textsOfWord) addTo(this.words, word, source);
    }
  }
}

async function inputsOf(answers: readonly Answer[], store: Store): Promise<GivenInputs> {
  const making = new InputsInMaking();
  const unpacking = new Unpacking(bounds.unpackedBytes);
  for (const answer of answers.slice(0, bounds.answers)) {
    making.addText(answer.url, `the address of ${answer.where}`);
    making.addContent(answer.sha256, answer.where);
    const path = await store.get(answer.sha256);
    if (path !== undefined) await addAnswer(making, answer, fileContent(path), unpacking);
  }
  return making;
}

async function addAnswer(
  making: InputsInMaking,
  { url, where }: Answer,
  content: Content,
  unpacking: Unpacking,
): Promise<void> {
  if (content.size < leastContentBytes || content.size > bounds.answerBytes) return;
  const objects = objectsOfPack(url, content, unpacking);
  for (const id of objects) making.addContent(gitKey(id), `a file in ${where}`);
  if (objects.length > 0) return;
  for await (const { path, size, read } of filesOfArchive('', content, unpacking, () => true)) {
    if (read === undefined || size < leastContentBytes) continue;
    const bytes = await read();
    const isWhole = path === '';
    for (const key of contentKeys(bytes))
      making.addContent(key, isWhole ? where : `${path.slice(1)} in ${where}`);
    if (isWhole && bytes.length <= bounds.textBytes && !bytes.includes(0))
      making.addText(Buffer.from(bytes).toString('utf8'), where);
  }
}
