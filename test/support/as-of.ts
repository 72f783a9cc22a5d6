/** Registries of a test as of a time. */
import type { IncomingMessage } from 'node:http';
import { asOf } from '../../src/registries/as-of.ts';
import type { AskRegistry, AsOfAnswer, RegistryAnswer as Listed } from '../../src/registries/listed.ts';
import type { Answering, RegistryAnswer } from './registry.ts';

export interface FilteredRegistry {
  readonly answering: Answering;
  /** What was said of each list that was asked for, by its path. */
  readonly lists: Map<string, AsOfAnswer>;
}

/** What a registry would have answered at a time: a real client resolves against it. */
export function registryAsOf(answering: Answering, time: string): FilteredRegistry {
  const lists = new Map<string, AsOfAnswer>();
  const seconds = Date.parse(time) / 1000;
  return {
    lists,
    answering: async (path, request, origin) => {
      const answer = await answering(path, request, origin);
      if (answer === undefined) return undefined;
      const filtered = await asOf(listed(answer, origin + path), seconds, askOf(answering, origin));
      if (filtered === 'not-a-list') return answer;
      lists.set(path, filtered);
      const { changed } = filtered;
      return changed === undefined ? answer : { ...changed, headers: Object.fromEntries(changed.headers) };
    },
  };
}

/** Asks a registry as the filters do. */
export function askOf(answering: Answering, origin: string): AskRegistry {
  return async ({ method, url, accept }) => {
    const request = { method, headers: accept === undefined ? {} : { accept } } as IncomingMessage;
    const { pathname } = new URL(url);
    const answer = await answering(pathname, request, origin);
    return answer && listed(answer, url);
  };
}

function listed({ body, status = 200, headers = {} }: RegistryAnswer, url: string): Listed {
  return { url, status, headers: Object.entries(headers).sort(), body: Buffer.from(body) };
}
