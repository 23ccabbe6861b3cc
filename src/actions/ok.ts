import { Type } from 'typebox';

/** The answer of an action that has nothing to tell but that it was done. */
export const Ok = Type.Object({ result: Type.Literal('Ok') }, { additionalProperties: false });
