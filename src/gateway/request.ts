/** Requests of a guest as a transcript knows them. */
import { sha256 } from '../digest.ts';
import { gitBody, type RequestKey, selectingOf } from '../transcript/request-key.ts';
import type { GuestRequest } from './answerer.ts';

export function keyOfRequest({ method, url, header, body }: GuestRequest): RequestKey {
  const sameBody =
    body === undefined
      ? undefined
      : gitBody(header('content-type') ?? '', header('content-encoding') ?? '', body);
  return {
    method,
    url: url.href,
    selecting: selectingOf(header),
    requestBody: body === undefined ? undefined : { sha256: sha256(body), size: body.length },
    ...(sameBody === undefined ? {} : { sameBody }),
  };
}
