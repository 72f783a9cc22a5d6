/** Bodies on their way to a client, over HTTP/1.1 and HTTP/2. */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { GuestBody } from './guest-body.ts';

export type AnyResponse = ServerResponse | Http2ServerResponse;

/** What is sent at a time. */
const pieceBytes = 64 * 1024;

/**
 * Sends a body as fast as the client reads; false where the client has gone.
 * @param connection the connection of HTTP/1.1: an answer that waits for its turn behind others is not told by Node that the client left
 */
export async function sendBody(
  body: GuestBody,
  response: AnyResponse,
  connection: Socket | undefined,
): Promise<boolean> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  let isOpen = connection?.destroyed !== true;
  let wake: (() => void) | undefined;
  const gone = () => {
    isOpen = false;
    wake?.();
  };
  response.once('close', gone).once('error', gone);
  // Any number of answers may wait.
  connection?.setMaxListeners(0).once('close', gone);
  // The buffer is free again when the piece was sent.
  const send = (length: number) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      (response as ServerResponse).write(piece.subarray(0, length), (failure) => {
        isOpen &&= failure === undefined || failure === null;
        resolve();
      });
    });
  try {
    for (let length = await body.read(piece); length > 0 && isOpen; length = await body.read(piece))
      await send(length);
  } finally {
    connection?.off('close', gone);
  }
  return isOpen;
}
