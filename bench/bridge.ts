import { type BusPorts, compare, type FloorPorts, HEADER, row } from './comparison.ts';
import { driveTcp, driveWebSocket, VERTX_MESSAGE } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';

const LOAD = { connections: 10, window: 32, messages: 40_000 };

/** A SockJS frame `a["…","…"]` holds several answers; `o` and `h` hold none. */
function answersInFrame(frame: Buffer): number {
  return frame[0] === 0x61 ? JSON.parse(frame.toString('utf8', 1)).length : 0;
}

const framed = driveWebSocket({
  path: '/eventbus/000/bench/websocket',
  request: JSON.stringify([VERTX_MESSAGE]),
  answersIn: answersInFrame,
});
const raw = driveWebSocket({ path: '/eventbus/websocket', request: VERTX_MESSAGE, answersIn: () => 1 });
const tcp = driveTcp(VERTX_MESSAGE);

/**
 * A request to an echo consumer and its reply over the Vert.x bridges: framed and raw WebSocket beside an npm `sockjs`
 * echo over framed WebSocket, TCP beside a plain length-prefixed echo; all of them parse and stringify.
 */
export async function bridge(): Promise<void> {
  const floor = await MeasuredProcess.start<FloorPorts>('./bridge-floor-process.ts');
  const bus = await MeasuredProcess.start<BusPorts>('./bus-process.ts', {
    consumers: [{ address: 'echo', behaviour: 'echo' }],
  });
  const sockJs = { process: floor, port: floor.told.http, drive: framed };
  const plainTcp = { process: floor, port: floor.told.tcp, drive: tcp };
  const http = { process: bus, port: bus.told.http };
  const cases = [
    { name: 'framed WebSocket', floor: sockJs, bus: { ...http, drive: framed } },
    { name: 'raw WebSocket', floor: sockJs, bus: { ...http, drive: raw } },
    { name: 'TCP bridge', floor: plainTcp, bus: { process: bus, port: bus.told.vertxTcp, drive: tcp } },
  ];
  console.log(HEADER);
  for (const { name, floor: floorSide, bus: busSide } of cases) {
    console.log(row(name, LOAD, await compare(floorSide, busSide, LOAD)));
  }
  floor.stop();
  bus.stop();
}
