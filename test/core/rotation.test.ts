import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Name, Rotation } from '#core/rotation.ts';

type Model = { name: Name; queues: { name: Name; things: number[] }[] }[];

function drain<T>(rotation: Rotation<T>): T[] {
  const taken: T[] = [];
  while (!rotation.isEmpty) taken.push(rotation.take() as T);
  return taken;
}

describe('a rotation', () => {
  test('gives one turn a queue, in the order in which the queues began', () => {
    const rotation = new Rotation<string>(1);
    for (const thing of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) rotation.put(thing, [thing.charAt(0)]);
    expect(drain(rotation)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  test('gives one turn a queue within every queue', () => {
    const rotation = new Rotation<string>(2);
    for (const thing of ['ax1', 'ax2', 'ax3', 'ay1', 'bz1', 'bz2'])
      rotation.put(thing, [thing.charAt(0), thing.charAt(1)]);
    expect(drain(rotation)).toEqual(['ax1', 'bz1', 'ay1', 'bz2', 'ax2', 'ax3']);
  });

  test('lets whoever comes back stand behind all others', () => {
    const rotation = new Rotation<string>(1);
    rotation.put('a1', ['a']);
    rotation.put('b1', ['b']);
    expect(rotation.take()).toBe('a1');
    rotation.put('a2', ['a']);
    expect(drain(rotation)).toEqual(['b1', 'a2']);
    rotation.put('a3', ['a']);
    expect([drain(rotation), rotation.take()]).toEqual([['a3'], undefined]);
  });

  test('drops only what waits there', () => {
    const rotation = new Rotation<string>(2);
    rotation.put('a', ['a', 1]);
    rotation.drop('b', ['a', 1]);
    rotation.drop('a', ['b', 1]);
    expect(rotation.isEmpty).toBe(false);
    rotation.drop('a', ['a', 1]);
    expect([rotation.isEmpty, rotation.take()]).toEqual([true, undefined]);
  });

  test('behaves as a list of lists, whoever comes and goes', () => {
    const step = fc.record({
      kind: fc.constantFrom('put', 'put', 'take', 'drop'),
      names: fc.tuple(fc.nat(3), fc.nat(2)),
      which: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rotation = new Rotation<number>(2);
        let model: Model = [];
        const names = new Map<number, [number, number]>();
        const tidy = () => {
          for (const outer of model) outer.queues = outer.queues.filter(({ things }) => things.length > 0);
          model = model.filter(({ queues }) => queues.length > 0);
        };
        let last = 0;
        for (const { kind, names: path, which } of steps) {
          if (kind === 'put') {
            last += 1;
            names.set(last, path);
            rotation.put(last, path);
            const outer = model.find(({ name }) => name === path[0]) ?? { name: path[0], queues: [] };
            const inner = outer.queues.find(({ name }) => name === path[1]) ?? { name: path[1], things: [] };
            if (!model.includes(outer)) model.push(outer);
            if (!outer.queues.includes(inner)) outer.queues.push(inner);
            inner.things.push(last);
          } else if (kind === 'take') {
            const outer = model.shift();
            const inner = outer?.queues.shift();
            expect(rotation.take()).toBe(inner?.things.shift());
            if (outer && inner) {
              outer.queues.push(inner);
              model.push(outer);
            }
          } else {
            const waiting = model.flatMap(({ queues }) => queues.flatMap(({ things }) => things));
            const thing = waiting[which % Math.max(1, waiting.length)];
            if (thing === undefined) continue;
            rotation.drop(thing, names.get(thing) ?? []);
            for (const { queues } of model)
              for (const queue of queues) queue.things = queue.things.filter((other) => other !== thing);
          }
          tidy();
          expect(rotation.isEmpty).toBe(model.length === 0);
        }
      }),
    );
  });
});
