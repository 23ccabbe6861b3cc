import { describe, expect, test } from 'vitest';
import { createClients } from '#bus/client.ts';
import { findJobFile } from '#job-access.ts';

const FILE = { name: 'a.xlsx', size: 1, sha256: '00', media_type: 'application/x' };

const record = (more: object = {}) => ({
  id: 'j',
  client: 'owner',
  address: 'reports',
  action: 'make',
  account: 'ofd',
  token: null,
  showPersonalData: false,
  file: JSON.stringify(FILE),
  ...more,
});

/** What a client with those rules is given of that record. */
function find(name: string, rule: object, kept: object, personalData = false) {
  const secret = `${name}-secret`;
  const clients = createClients({
    clients: [{ name, secret, inbound: [{ address: 'reports', ...rule }], outbound: [], personalData }],
  });
  const client = clients.identify(secret);
  if (!client) throw new Error('no such client');
  return findJobFile({ find: async () => kept, openFile: async () => [] } as never, 'j', client);
}

describe('the file of a job', () => {
  test('is for its owner, and for who may see all jobs', async () => {
    expect(await find('owner', {}, record())).toMatchObject({ name: 'a.xlsx', mediaType: 'application/x' });
    expect(await find('chief', { jobs: 'all' }, record())).toMatchObject({ size: 1 });
  });

  test('does not exist for others', async () => {
    await expect(find('other', {}, record())).rejects.toMatchObject({
      name: 'BUS_JOB_NOT_FOUND',
      description: 'задание j не найдено',
    });
  });

  test('that shows people is for those who may see them now, whoever ordered it', async () => {
    const unmasked = record({ showPersonalData: true });
    await expect(find('owner', {}, unmasked)).rejects.toMatchObject({ name: 'BUS_ACCESS_DENIED' });
    expect(await find('owner', { personalData: true }, unmasked)).toMatchObject({ size: 1 });
    expect(await find('owner', {}, unmasked, true)).toMatchObject({ size: 1 });
  });
});
