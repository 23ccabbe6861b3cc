import { type Load, onEvery } from './load.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { median } from './quantiles.ts';

const ROUNDS = 3;
const WARM_UP_MESSAGES = 5000;

/** Ports of an echo that a bus is measured beside. */
export type FloorPorts = { readonly http: number; readonly tcp: number };

export type BusPorts = { readonly http: number; readonly avqTcp: number; readonly vertxTcp: number };

type Side = {
  readonly process: MeasuredProcess<unknown>;
  readonly port: number;
  drive(load: Load, messages: number): Promise<void>;
};

type Measured = { readonly cpuMicros: number; readonly perSecond: number };

/** What a message costs a process, and how many a second it answers. */
async function measure({ process, drive }: Side, load: Load): Promise<Measured> {
  const [cpu, start] = [process.cpuMicros, performance.now()];
  await onEvery(load, drive);
  const seconds = (performance.now() - start) / 1000;
  return { cpuMicros: (process.cpuMicros - cpu) / load.messages, perSecond: load.messages / seconds };
}

export type Comparison = {
  readonly floorMicros: number;
  readonly busMicros: number;
  /** The floor's processor time a message over ours: 1 would mean that the bus itself is free. */
  readonly ratio: number;
  readonly busPerSecond: number;
};

/** The same load on both, in turns, since machines are noisy; the medians of the rounds. */
export async function compare(floor: Side, bus: Side, load: Omit<Load, 'port'>): Promise<Comparison> {
  const drive = (side: Side, messages: number) => measure(side, { ...load, messages, port: side.port });
  await drive(floor, WARM_UP_MESSAGES);
  await drive(bus, WARM_UP_MESSAGES);
  const rounds: { floor: Measured; bus: Measured }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ floor: await drive(floor, load.messages), bus: await drive(bus, load.messages) });
  }
  return {
    floorMicros: median(rounds.map((round) => round.floor.cpuMicros)),
    busMicros: median(rounds.map((round) => round.bus.cpuMicros)),
    ratio: median(rounds.map((round) => round.floor.cpuMicros / round.bus.cpuMicros)),
    busPerSecond: median(rounds.map((round) => round.bus.perSecond)),
  };
}

export const HEADER =
  'connection            connections  window   floor µs/msg   bus µs/msg   ratio   bus msg/s';

export function row(name: string, load: Omit<Load, 'port'>, comparison: Comparison): string {
  return [
    name.padEnd(21),
    String(load.connections).padStart(11),
    String(load.window).padStart(7),
    comparison.floorMicros.toFixed(1).padStart(14),
    comparison.busMicros.toFixed(1).padStart(12),
    comparison.ratio.toFixed(2).padStart(7),
    Math.round(comparison.busPerSecond).toString().padStart(11),
  ].join(' ');
}
