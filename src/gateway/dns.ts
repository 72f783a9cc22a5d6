/** Answers of a name server to a guest (RFC 1035 §4): every name has an address, and nothing else is known of it. */

/** Types of records (RFC 1035 §3.2.2). */
const address = 1;
const anything = 255;
const internet = 1;
/** A guest's cache would outlive nothing. */
const seconds = 60;
const refusedCode = 5;
const notImplementedCode = 4;
const headerBytes = 12;
const mostNameBytes = 253;

interface Question {
  /** In lower case, without the last dot. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Where the question ends in the query. */
  readonly end: number;
}

/**
 * The answer to one query; undefined where the bytes are not a query. A name has no records of types other than A, so clients ask for A.
 * @param addressOf gives a name its address of four numbers; undefined where it gets none
 */
export function answerQuery(
  query: Buffer,
  addressOf: (name: string) => string | undefined,
): Buffer | undefined {
  if (query.length < headerBytes || query.length > 4096) return undefined;
  const flags = query.readUInt16BE(2);
  // An answer is not a query.
  if ((flags & 0x8000) !== 0) return undefined;
  const question = query.readUInt16BE(4) === 1 ? readQuestion(query) : undefined;
  const isQuery = ((flags >> 11) & 0xf) === 0;
  if (!isQuery || question === undefined) return reply(query, notImplementedCode, 0);
  const asked = query.subarray(headerBytes, question.end);
  const wanted = question.class === internet && [address, anything].includes(question.type);
  const found = wanted ? addressOf(question.name) : undefined;
  if (wanted && found === undefined) return Buffer.concat([reply(query, refusedCode, 1), asked]);
  const records = found === undefined ? [] : [addressRecord(found)];
  return Buffer.concat([reply(query, 0, 1, records.length), asked, ...records]);
}

function reply(query: Buffer, code: number, questions: number, answers = 0): Buffer {
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  const recursionDesired = query.readUInt16BE(2) & 0x0100;
  // An answer, with recursion available.
  header.writeUInt16BE(0x8080 | recursionDesired | code, 2);
  header.writeUInt16BE(questions, 4);
  header.writeUInt16BE(answers, 6);
  return header;
}

/** A record (RFC 1035 §3.2.1), its name as a pointer to the question's (§4.1.4). */
function addressRecord(text: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | headerBytes, 0);
  record.writeUInt16BE(address, 2);
  record.writeUInt16BE(internet, 4);
  record.writeUInt32BE(seconds, 6);
  record.writeUInt16BE(4, 10);
  for (const [index, part] of text.split('.').entries()) record[12 + index] = Number(part);
  return record;
}

/** A question's name is made of labels alone; a pointer in it leads nowhere. */
function readQuestion(query: Buffer): Question | undefined {
  const parts: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = query[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    parts.push(query.toString('latin1', at, at + length));
    at += length;
    if (at - headerBytes > mostNameBytes + 1) return undefined;
  }
  if (at + 4 > query.length) return undefined;
  const name = parts.join('.').toLowerCase();
  // Host names (RFC 1123 §2.1), and the underscores that service names have.
  if (!parts.every((part) => /^[a-z0-9_-]+$/i.test(part))) return undefined;
  return { name, type: query.readUInt16BE(at), class: query.readUInt16BE(at + 2), end: at + 4 };
}
