import { type Static, Type } from 'typebox';
import type { Failure } from '#core/failure.ts';

/** A report inside an answer of ours. */
export const ToldReport = Type.Unknown({
  description: 'a Report; of a tsrv register as its upstream tells it, whatever its shape',
});

/** A failure inside an answer of ours. */
export const ToldFailure = Type.Object(
  {
    name: Type.String({ description: 'one of our names, or any from a tsrv upstream' }),
    description: Type.Optional(Type.Unknown({ description: 'for a person' })),
    details: Type.Optional(Type.Unknown({ description: 'what the vendor said' })),
  },
  { description: 'a failure as the `error` of a message tells it' },
);
export type ToldFailure = Static<typeof ToldFailure>;

/** A failure as an answer tells it: somebody else's, which has a name at least, as it came. */
export function toldFailure(failure: Failure): ToldFailure {
  if (failure.foreign) return failure.toData() as ToldFailure;
  const { name, description, details } = failure;
  return { name, description, ...(details && { details }) };
}
