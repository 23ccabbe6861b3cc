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
  test('stops one alone at two fifths, by requests and by bytes', () => {
    expect(flood(new Admission(LIMITS), 'a', 1)).toBe(40);
    expect(flood(new Admission(LIMITS), 'a', 1000)).toBe(4);
  });

  test('shares among those who flood, and keeps room for whoever comes', () => {
    const admission = new Admission(LIMITS);
    const taken = ['a', 'b', 'c'].map((requester) => flood(admission, requester, 1));
    expect(taken).toEqual([40, 20, 10]);
    expect(admission.take({ requester: 'd' }, 1, 1)).toBe(true);
  });

  test('lets in again what was given back, and forgets who holds nothing', () => {
    const admission = new Admission(LIMITS);
    flood(admission, 'a', 1);
    expect(admission.take({ requester: 'a' }, 1, 1)).toBe(false);
    admission.give({ requester: 'a' }, 1, 1);
    expect(admission.take({ requester: 'a' }, 1, 1)).toBe(true);
    for (let index = 0; index < 40; index += 1) admission.give({ requester: 'a' }, 1, 1);
    expect(admission.requesters).toBe(0);
  });

  test('stops a group at two fifths, however many are in it, and shares that among them', () => {
    for (const bytes of [1, 100]) {
      const admission = new Admission(LIMITS);
      const strangers = Array.from({ length: 100 }, (_, index) =>
        flood(admission, `${index}`, bytes, 'strangers'),
      );
      expect(strangers.slice(0, 3)).toEqual([16, 8, 4]);
      expect(strangers.reduce((sum, taken) => sum + taken, 0)).toBe(40);
      expect(flood(admission, 'named', bytes)).toBe(20);
      for (const [index, taken] of strangers.entries()) {
        admission.give({ requester: `${index}`, group: 'strangers' }, taken, taken * bytes);
      }
      admission.give({ requester: 'named' }, 20, 20 * bytes);
      expect([admission.requesters, flood(admission, 'one', bytes, 'strangers')]).toEqual([0, 16]);
    }
  });

  test('shares the bytes of a group, however few requests they are', () => {
    const admission = new Admission({ ...LIMITS, maxInFlight: 1_000_000 });
    const strangers = ['a', 'b', 'c'].map((requester) => flood(admission, requester, 100, 'strangers'));
    expect(strangers).toEqual([16, 8, 4]);
  });

  test('leaves one place to a group that holds nothing, whoever floods, and none to one that has its share', () => {
    const admission = new Admission(LIMITS);
    for (const requester of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) flood(admission, requester, 1);
    expect(flood(admission, 'one', 1, 'strangers')).toBe(1);
    expect(flood(admission, 'other', 1, 'strangers')).toBe(0);
  });

  test('lets nobody into a group that holds more than others have left for it', () => {
    const admission = new Admission(LIMITS);
    for (let index = 0; index < 100; index += 1) flood(admission, `${index}`, 1, 'strangers');
    for (const requester of ['a', 'b']) flood(admission, requester, 1);
    expect(admission.take({ requester: 'calm', group: 'strangers' }, 1, 1)).toBe(false);
    expect(admission.take({ requester: 'calm' }, 1, 1)).toBe(true);
  });

  test('counts a request for many registers as many, and finds room for one where nobody else asks', () => {
    const admission = new Admission(LIMITS);
    expect(admission.mostAtOnce({ requester: 'a' })).toBe(50);
    expect(admission.take({ requester: 'a' }, 30, 1)).toBe(true);
    expect(admission.take({ requester: 'a' }, 21, 1)).toBe(false);
    expect(admission.take({ requester: 'a' }, 20, 1)).toBe(true);
    expect(admission.take({ requester: 'b' }, 31, 1)).toBe(false);
    expect(admission.take({ requester: 'b' }, 30, 1)).toBe(true);
    expect(admission.take({ requester: 'c' }, 2, 1)).toBe(false);
    expect(admission.take({ requester: 'c' }, 1, 1)).toBe(true);
    admission.give({ requester: 'a' }, 50, 2);
    admission.give({ requester: 'b' }, 30, 1);
    admission.give({ requester: 'c' }, 1, 1);
    expect([admission.requesters, admission.take({ requester: 'c' }, 50, 1)]).toEqual([0, true]);
  });

  test('counts it as fewer in a group, and leaves room there for whoever comes', () => {
    const admission = new Admission(LIMITS);
    const [one, other] = ['one', 'other'].map((requester) => ({ requester, group: 'strangers' }));
    if (!one || !other) throw new Error('two are needed');
    expect(admission.mostAtOnce(one)).toBe(20);
    expect(admission.take(one, 20, 1)).toBe(true);
    expect(admission.take(other, 20, 1)).toBe(false);
    expect(admission.take(other, 12, 1)).toBe(true);
    expect(admission.take({ requester: 'calm', group: 'strangers' }, 1, 1)).toBe(true);
  });

  test('finds room for a message of full size whoever sends it, as large as the configuration allows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1024, max: 100_000 }),
        fc.integer({ min: 1, max: 2000 }),
        (most, chunk) => {
          const admission = new Admission({ maxInFlight: 100, maxInFlightBytes: Math.ceil(6.25 * most) });
          const stranger = { requester: 'one', group: 'strangers' };
          for (let read = 0; read < most; read += chunk)
            expect(admission.take(stranger, 0, Math.min(chunk, most - read))).toBe(true);
        },
      ),
    );
  });

  test('counts bytes that belong to no request yet', () => {
    const admission = new Admission(LIMITS);
    expect(admission.take({ requester: 'a' }, 0, 6000)).toBe(true);
    expect(admission.take({ requester: 'a' }, 1, 10)).toBe(false);
    expect(admission.take({ requester: 'b' }, 1, 4001)).toBe(false);
    expect(admission.take({ requester: 'b' }, 1, 4000)).toBe(true);
  });

  test('keeps room for whoever asks now and then, however much each of twenty floods', () => {
    const calm = { requester: 'calm' };
    for (const bytes of [1, 1000]) {
      const step = fc.record({ who: fc.nat(19), wants: fc.nat(2000), gives: fc.nat(3) });
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 100 }), (steps) => {
          const admission = new Admission({ maxInFlight: 2000, maxInFlightBytes: 2000 * bytes });
          const held = new Map<string, number>();
          for (const { who, wants, gives } of steps) {
            const requester = `${who}`;
            let has = held.get(requester) ?? 0;
            for (let left = Math.min(has, gives); left > 0; left -= 1, has -= 1)
              admission.give({ requester }, 1, bytes);
            for (let left = wants; left > 0 && admission.take({ requester }, 1, bytes); left -= 1) has += 1;
            held.set(requester, has);
            for (let asked = 0; asked < 20; asked += 1) expect(admission.take(calm, 1, bytes)).toBe(true);
            admission.give(calm, 20, 20 * bytes);
          }
        }),
      );
    }
  });

  test.each([
    ['among all', undefined, 1],
    ['inside a group', 'strangers', 2 / 5],
  ])(
    'refuses nobody who asks now and then, where as many as the root of the places flood at any rates: %s',
    (_where, group, part) => {
      const places = fc.integer({ min: 9, max: 4000 });
      const rates = fc.array(fc.integer({ min: 100, max: 10_000 }), { minLength: 65, maxLength: 65 });
      const ends = fc.array(fc.nat(), { maxLength: 30 });
      fc.assert(
        fc.property(places, rates, ends, (maxInFlight, perTurn, ended) => {
          const flooders = perTurn.slice(0, Math.floor(Math.sqrt(maxInFlight * part)));
          const admission = new Admission({ maxInFlight, maxInFlightBytes: maxInFlight * 100 });
          const held = flooders.map(() => 0);
          for (const end of [0, ...ended]) {
            const whose = end % flooders.length;
            for (; (held[whose] ?? 0) > 0; held[whose] = (held[whose] ?? 0) - 1)
              admission.give({ requester: `${whose}`, group }, 1, 100);
            for (const [index, rate] of flooders.entries()) {
              for (
                let asked = 0;
                asked < rate && admission.take({ requester: `${index}`, group }, 1, 100);
                asked += 1
              )
                held[index] = (held[index] ?? 0) + 1;
              expect(admission.take({ requester: 'calm', group }, 1, 100)).toBe(true);
              admission.give({ requester: 'calm', group }, 1, 100);
            }
          }
        }),
      );
    },
  );

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
