/** Answers from a transcript, and from nothing else. */
import type { Sha256 } from '../digest.ts';
import { requestKey } from '../transcript/request-key.ts';
import type { RecordedExchange, Transcript, UnansweredRequest } from '../transcript/transcript.ts';
import { type Answerer, type GuestAnswer, type GuestRequest, lackingText } from './answerer.ts';
import { bytesBody, storedBody } from './guest-body.ts';
import { keyOfRequest } from './request.ts';

interface Answers {
  readonly exchanges: RecordedExchange[];
  /** How many answers were given. */
  given: number;
}

/**
 * The first request is given the first answer, and so on; where there are no more, the last is given again: how often a client asks
 * depends on chance.
 * @param pathOf the stored object of a digest that the transcript names
 */
export function replay(transcript: Transcript, pathOf: (digest: Sha256) => string): Answerer {
  const answers = new Map<string, Answers>();
  for (const exchange of transcript.exchanges) {
    const key = requestKey(exchange);
    const known = answers.get(key) ?? { exchanges: [], given: 0 };
    known.exchanges.push(exchange);
    answers.set(key, known);
  }
  const unanswered = new Map<string, UnansweredRequest>(
    transcript.unanswered.map((each) => [requestKey(each), each]),
  );
  const lacking = new Set<string>();
  const find = (request: GuestRequest): GuestAnswer => {
    const key = requestKey(keyOfRequest(request));
    const known = answers.get(key);
    if (known === undefined) {
      const reason = unanswered.get(key)?.reason;
      return reason === undefined ? { kind: 'unrecorded' } : { kind: 'unanswered', reason };
    }
    const { status, headers, body } = known.exchanges[Math.min(known.given, known.exchanges.length - 1)]!;
    known.given += 1;
    return {
      kind: 'answer',
      status,
      headers,
      size: body.size,
      body: () => (body.size === 0 ? bytesBody(new Uint8Array()) : storedBody(pathOf(body.sha256))),
    };
  };
  return {
    async answer(request) {
      const found = find(request);
      if (found.kind === 'unanswered') lacking.add(lackingText(request, found.reason));
      if (found.kind === 'answer' && found.status >= 400) lacking.add(lackingText(request, found.status));
      return found;
    },
    lacking: () => [...lacking],
    settle: async () => undefined,
  };
}
