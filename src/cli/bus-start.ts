import { type App, type AppOptions, createApp } from '#app.ts';
import { ListenError, type ListenerName } from '#listeners.ts';

export type StartedBus = {
  readonly app: App;
  /** The configuration it really started with. */
  readonly config: AppOptions['config'];
  /** What had to be left out or moved; only in the sandbox. */
  readonly warnings: readonly string[];
};

/**
 * Starts the bus. A taken port stops the start (`ListenError`), but not in the sandbox: there `http` moves to a free
 * port and any other listener is left out.
 */
export async function startBus(options: AppOptions, warnings: readonly string[] = []): Promise<StartedBus> {
  try {
    return { app: await createApp(options), config: options.config, warnings };
  } catch (error) {
    if (!(options.sandbox && error instanceof ListenError && error.code === 'EADDRINUSE')) throw error;
    const { listener, address } = error;
    const change = listener === 'http' ? 'moved to a free port' : 'left out';
    options.log.warn(
      { listener, address, key: error.key },
      `the address is taken, the listener is ${change}`,
    );
    const config = withoutPort(options.config, listener);
    return startBus({ ...options, config }, [...warnings, `${listener}: ${address} is taken, ${change}`]);
  }
}

function withoutPort(config: AppOptions['config'], name: ListenerName): AppOptions['config'] {
  const { listen } = config;
  const http = listen.http === false ? listen.http : { ...listen.http, port: 0 };
  return { ...config, listen: name === 'http' ? { ...listen, http } : { ...listen, [name]: false } };
}
