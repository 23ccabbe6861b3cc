/**
 * What every simulated Kassa24 register has sold in its first shift, as the sample of the X report shows it. The back
 * office of such a register has it, too, so that the two agree.
 */
export const FIRST_SALE = { cash: '100.00' } as const;
