/** Statuses by who tries: those that may not come first, for whoever may changes the state. */
export type Outcomes<Who extends string = string> = Partial<Record<Who, number>>;

/** What each of them is answered, one after the other. */
export async function outcomes<Who extends string>(
  expected: Outcomes<Who>,
  tries: (who: Who) => Promise<{ status: number }>,
): Promise<Outcomes<Who>> {
  const found: Outcomes<Who> = {};
  for (const who of Object.keys(expected) as Who[]) found[who] = (await tries(who)).status;
  return found;
}
