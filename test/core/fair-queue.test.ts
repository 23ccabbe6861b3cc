import { describe, expect, test } from 'vitest';
import { FairQueue } from '#core/fair-queue.ts';
import type { Flow } from '#core/flow.ts';

const flow = (requester: string, request: number, group?: string): Flow => ({ requester, request, group });

function drain<T>(queue: FairQueue<T>): T[] {
  const taken: T[] = [];
  while (!queue.isEmpty) taken.push(queue.take() as T);
  return taken;
}

describe('a fair queue', () => {
  test('gives turns to groups, to the requesters of each, to the requests of each of those', () => {
    const queue = new FairQueue<string>();
    const [client, one, other] = [flow('a', 1), flow(' 1', 2, 'strangers'), flow(' 2', 3, 'strangers')];
    for (const thing of ['one', 'one again', 'one at last']) queue.put(thing, one);
    queue.put('other', other);
    queue.put('own', undefined);
    for (const thing of ['client', 'client again']) queue.put(thing, client);
    queue.put('another of client', flow('a', 4));
    const first = ['one', 'own', 'client', 'other', 'another of client', 'one again'];
    expect(drain(queue)).toEqual([...first, 'client again', 'one at last']);
  });

  test('gives what goes on and what is new of one requester every other turn, by requests', () => {
    const queue = new FairQueue<string>();
    for (const request of [1, 2, 3]) queue.put(`new ${request}`, flow('a', request));
    for (const request of [4, 5]) queue.put(`goes on ${request}`, flow('a', request), true);
    queue.put('other', flow('b', 6));
    expect(drain(queue)).toEqual(['new 1', 'other', 'goes on 4', 'new 2', 'goes on 5', 'new 3']);
  });

  test('counts a requester that is called as a group to that group', () => {
    const queue = new FairQueue<string>();
    queue.put('one', flow(' 1', 1, 'strangers'));
    queue.put('job', flow('strangers', 2));
    queue.put('client', flow('a', 3));
    expect(drain(queue)).toEqual(['one', 'client', 'job']);
  });

  test('drops what waits no longer, the bus’s own too', () => {
    const queue = new FairQueue<string>();
    for (const whose of [undefined, flow('a', 1), flow(' 1', 1, 'strangers')]) {
      queue.put('thing', whose);
      queue.drop('thing', whose);
      queue.put('thing', whose, true);
      queue.drop('thing', whose, true);
    }
    expect(queue.isEmpty).toBe(true);
  });
});
