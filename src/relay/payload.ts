/** How a mutation answers: with what it made, or with the rules that its input broke. */
import { RulesBroken, type BrokenRule } from '../errors.js';

/** Runs a mutation; broken rules become `userErrors`, everything else passes. */
export async function payload<Content extends object>(work: () => Promise<Content>): Promise<Content & { userErrors: BrokenRule[] }> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof RulesBroken)) throw error;
    return { userErrors: error.rules } as unknown as Content & { userErrors: BrokenRule[] };
  }
}
