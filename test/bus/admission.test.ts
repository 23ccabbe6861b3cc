import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Admission } from '#bus/admission.ts';

const LIMITS = { maxInFlight: 100, maxInFlightBytes: 10_000 };

function flood(admission: Admission, requester: string, bytes: number, group?: string): number {
  let taken = 0;
  while (admission.take({ requester, group }, 1, bytes)) taken += 1;
  return taken;
}

describe('admission', () => {
  test('stops one alone at half, by requests and by bytes', () => {
    expect(flood(new Admission(LIMITS), 'a', 1)).toBe(50);
    expect(flood(new Admission(LIMITS), 'a', 1000)).toBe(5);
  });

  test('shares among those who flood, and keeps room for whoever comes', () => {
    const admission = new Admission(LIMITS);
    const taken = ['a', 'b', 'c'].map((requester) => flood(admission, requester, 1));
    expect(taken).toEqual([50, 25, 13]);
    expect(admission.take({ requester: 'd' }, 1, 1)).toBe(true);
  });

  test('lets in again what was given back, and forgets who holds nothing', () => {
    const admission = new Admission(LIMITS);
    flood(admission, 'a', 1);
    expect(admission.take({ requester: 'a' }, 1, 1)).toBe(false);
    admission.give({ requester: 'a' }, 1, 1);
    expect(admission.take({ requester: 'a' }, 1, 1)).toBe(true);
    for (let index = 0; index < 50; index += 1) admission.give({ requester: 'a' }, 1, 1);
    expect(admission.requesters).toBe(0);
  });

  test('stops a group at half, however many are in it, and shares that among them', () => {
    for (const bytes of [1, 100]) {
      const admission = new Admission(LIMITS);
      const strangers = Array.from({ length: 100 }, (_, index) =>
        flood(admission, `${index}`, bytes, 'strangers'),
      );
      expect(strangers.slice(0, 3)).toEqual([25, 13, 6]);
      expect(strangers.reduce((sum, taken) => sum + taken, 0)).toBe(50);
      expect(flood(admission, 'named', bytes)).toBe(25);
      for (const [index, taken] of strangers.entries()) {
        admission.give({ requester: `${index}`, group: 'strangers' }, taken, taken * bytes);
      }
      admission.give({ requester: 'named' }, 25, 25 * bytes);
      expect([admission.requesters, flood(admission, 'one', bytes, 'strangers')]).toEqual([0, 25]);
    }
  });

  test('counts a request for many registers as many, and finds room for one where nobody else asks', () => {
    const admission = new Admission(LIMITS);
    expect(admission.mostAtOnce).toBe(50);
    expect(admission.take({ requester: 'a' }, 40, 1)).toBe(true);
    expect(admission.take({ requester: 'a' }, 50, 1)).toBe(false);
    expect(admission.take({ requester: 'a' }, 20, 1)).toBe(true);
    expect(admission.take({ requester: 'b' }, 41, 1)).toBe(false);
    expect(admission.take({ requester: 'b' }, 40, 1)).toBe(true);
    expect(admission.take({ requester: 'c' }, 1, 1)).toBe(false);
    admission.give({ requester: 'a' }, 60, 2);
    admission.give({ requester: 'b' }, 40, 1);
    expect([admission.requesters, admission.take({ requester: 'c' }, 50, 1)]).toEqual([0, true]);
  });

  test('counts bytes that belong to no request yet', () => {
    const admission = new Admission(LIMITS);
    expect(admission.take({ requester: 'a' }, 0, 6000)).toBe(true);
    expect(admission.take({ requester: 'a' }, 1, 10)).toBe(false);
    expect(admission.take({ requester: 'b' }, 1, 4001)).toBe(false);
    expect(admission.take({ requester: 'b' }, 1, 4000)).toBe(true);
  });

  test('never has more than the limits, and refuses nobody who holds nothing while anything is free', () => {
    const step = fc.record({ who: fc.nat(5), bytes: fc.integer({ min: 1, max: 50 }), gives: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
        const admission = new Admission({ maxInFlight: 20, maxInFlightBytes: 400 });
        const held = new Map<string, number[]>();
        const total = () => [...held.values()].flat();
        const bytesOf = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0);
        for (const { who, bytes, gives } of steps) {
          const requester = `${who}`;
          const own = held.get(requester) ?? [];
          held.set(requester, own);
          if (gives) {
            const size = own.pop();
            if (size !== undefined) admission.give({ requester }, 1, size);
            continue;
          }
          const isNew = own.length === 0;
          const hasRoom = total().length < 20 && bytesOf(total()) + bytes <= 400;
          const taken = admission.take({ requester }, 1, bytes);
          if (taken) own.push(bytes);
          expect(taken && !hasRoom).toBe(false);
          if (isNew) expect(taken).toBe(hasRoom);
          expect(total().length).toBeLessThanOrEqual(20);
        }
        expect(admission.requesters).toBe([...held.values()].filter((own) => own.length > 0).length);
      }),
    );
  });
});
