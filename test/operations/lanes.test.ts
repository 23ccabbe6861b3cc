import { expect, test } from 'vitest';
import { createLanes } from '#operations/lanes.ts';
import { rest } from './restartable.ts';

const STAY = { signal: new AbortController().signal };

function setUp() {
  const lanes = createLanes();
  const order: string[] = [];
  /** Work that notes its beginning and ends when it is told to. */
  function work(name: string) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const run = () => {
      order.push(name);
      return promise;
    };
    return { run, end: () => resolve(name) };
  }
  return { lanes, order, work };
}

test('runs one at a time in a lane, in order of arrival, and lanes beside each other', async () => {
  const { lanes, order, work } = setUp();
  const [a, b, c, other] = [work('a'), work('b'), work('c'), work('other')];
  const ends = [lanes.run('1', STAY, a.run), lanes.run('1', STAY, b.run), lanes.run('1', STAY, c.run)];
  const beside = lanes.run('2', STAY, other.run);
  await rest();
  expect(order).toEqual(['a', 'other']);
  a.end();
  await rest();
  expect(order).toEqual(['a', 'other', 'b']);
  for (const one of [b, c, other]) one.end();
  expect(await Promise.all([...ends, beside])).toEqual(['a', 'b', 'c', 'other']);
});

test('takes turns among requesters, and among the requests of each', async () => {
  const { lanes, order } = setUp();
  const enter = (name: string) => {
    const flow = { requester: name.charAt(0), request: name.charAt(1) };
    return lanes.run('1', { ...STAY, flow }, async () => void order.push(name));
  };
  const first = lanes.run('1', STAY, rest);
  await Promise.all([...['a1', 'a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map(enter), first]);
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a1']);
});

test('lets one pass a thousand changes of another at its next turn', async () => {
  const { lanes, order } = setUp();
  const enter = (requester: string, request: number) =>
    lanes.run('1', { ...STAY, flow: { requester, request } }, async () => void order.push(requester));
  const flood = Array.from({ length: 1000 }, (_, request) => enter('flood', request));
  const leaving = new AbortController();
  const gone = lanes.run('1', { signal: leaving.signal, flow: { requester: 'gone', request: 1 } }, rest);
  leaving.abort();
  await expect(gone).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
  const begun = order.length;
  await enter('other', 1);
  expect(order.indexOf('other') - begun).toBeLessThanOrEqual(2);
  await Promise.all(flood);
  expect(order).toHaveLength(1001);
});

test('goes on after work that fails', async () => {
  const { lanes } = setUp();
  const failing = lanes.run('1', STAY, () => Promise.reject(new Error('no')));
  const next = lanes.run('1', STAY, async () => 'next');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('never starts what was given up while it waited', async () => {
  const { lanes, order, work } = setUp();
  const [a, b, c] = [work('a'), work('b'), work('c')];
  const first = lanes.run('1', STAY, a.run);
  const leaving = new AbortController();
  const second = lanes.run('1', leaving, b.run);
  const third = lanes.run('1', STAY, c.run);
  leaving.abort();
  await expect(second).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
  await expect(lanes.run('2', leaving, b.run)).rejects.toMatchObject({ name: 'BUS_TIMEOUT' });
  a.end();
  c.end();
  await Promise.all([first, third]);
  expect(order).toEqual(['a', 'c']);
});

test('does not stop what has begun', async () => {
  const { lanes, work } = setUp();
  const a = work('a');
  const leaving = new AbortController();
  const first = lanes.run('1', leaving, a.run);
  await rest();
  leaving.abort();
  a.end();
  expect(await first).toBe('a');
});
