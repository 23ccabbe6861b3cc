/** The place in the environment for the secret that a client shows to the bus. */
export const SECRET_VARIABLE = 'AVQ_BUS_SECRET';
