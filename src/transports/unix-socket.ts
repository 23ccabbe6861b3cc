import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';

/** Removes the socket file that a killed process has left behind; one that somebody listens at stays, and any other file. */
export async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() && (await isDead(path))) await rm(path, { force: true });
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
}
