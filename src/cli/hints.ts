/** What to try next, by the name of a failure; in words of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  AVQFR_SESSION_NOT_AUTHORIZED:
    'this register asks for a PIN: avq-bus send ik.service.token.authority authorize --token … --data \'{"pin":"…"}\'',
  BUS_ACCESS_DENIED: 'the rules of this client do not allow it: see clients in the configuration',
  BUS_INVALID_DATA: 'what data must be: /schemas/<address>.<action>.request.json, or avq-bus schemas',
  BUS_MISSING_HEADER: 'name the register with --token, or the vendor account with --account',
  BUS_NOT_AUTHENTICATED: 'say who you are: --secret, or AVQ_BUS_SECRET in the environment',
  BUS_TIMEOUT: 'allow more time with --timeout; a job goes on, ask for it with bus.jobs get_job',
  BUS_UNKNOWN_ACTION: 'the actions of every address: avq-bus schemas',
  BUS_UNKNOWN_ADDRESS: 'every address: avq-bus schemas',
  TSRV_INVALID_HEADER: 'look at the values of --account, --timeout and --header',
  TSRV_TOKEN_NOT_FOUND: 'the registers: avq-bus send ik.service.token get_tokens',
  VENDOR_AUTH_FAILED: "look at the account's login and password in the configuration",
  VENDOR_OUTCOME_UNKNOWN: 'it may have happened: look at the state of the shift before you try again',
  VENDOR_UNAVAILABLE:
    "nothing was done; look at the account's baseUrl, and whether the vendor can be reached",
};

/** Undefined where the description says it all. */
export function hintFor(failure: string): string | undefined {
  return Object.hasOwn(HINTS, failure) ? HINTS[failure] : undefined;
}
