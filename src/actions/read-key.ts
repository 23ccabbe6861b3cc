/**
 * Besides the register or account: what makes two reads the same, so that one joins the other. `differs` is what
 * else than `data` the answer depends on.
 */
export function readKey(
  { address, action }: { readonly address: string; readonly action: string },
  data: unknown,
  differs?: unknown,
): string {
  return JSON.stringify([address, action, data, differs]);
}
