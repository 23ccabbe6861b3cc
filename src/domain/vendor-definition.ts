import type { Static, TObject } from 'typebox';
import type { Clock } from '#core/clock.ts';
import type { DownloadingHttpClient } from '#core/http-client.ts';
import type { Log } from '#core/log.ts';
import type { Action } from './action.ts';
import type { Vendor } from './vendor.ts';
import type { VendorState } from './vendor-state.ts';

/** What a vendor is made of. */
type VendorSetup<A> = {
  readonly account: string;
  readonly config: A;
  readonly http: DownloadingHttpClient;
  /** What has to be remembered of the account's registers between restarts. */
  readonly state: VendorState;
  readonly clock: Clock;
  readonly log: Log;
};

/** One vendor kind: its part of the configuration, its actions, and how an account of it comes to life. */
export type VendorDefinition<A extends TObject = TObject, D extends TObject = TObject> = {
  readonly kind: string;
  /** Its own keys under `vendors.<name>`, beside the common ones. */
  readonly accountConfig: A;
  /** Its own keys under `devices[]`, beside the common ones. */
  readonly deviceConfig: D;
  readonly actions: readonly Action[];
  /** Every register of it has `getXReport`; of other kinds none has, so that there is nothing to reconcile. */
  readonly givesXReports?: true;
  /** At most so many calls at once per account, unless the account's `concurrency` says otherwise. */
  readonly concurrency: number;
  create(setup: VendorSetup<Static<A>>): Vendor<Static<D>>;
};

/** Ties the types of a vendor together; returns what it is given. */
export function defineVendor<A extends TObject, D extends TObject>(
  definition: VendorDefinition<A, D>,
): VendorDefinition<A, D> {
  return definition;
}
