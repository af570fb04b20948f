export const AUTHORITIES = [
  'police',
  'military',
  'foreign_ministry',
  'interior_ministry',
  'local_authority',
  'other',
] as const;
export type Authority = (typeof AUTHORITIES)[number];

export const UNDERTAKING_SIDES = ['host', 'un'] as const;
export type UndertakingSide = (typeof UNDERTAKING_SIDES)[number];

export const UNDERTAKING_STATES = ['open', 'kept', 'not_kept', 'released'] as const;
export type UndertakingState = (typeof UNDERTAKING_STATES)[number];

/** What is concluded stays concluded; what is open may stay open when somebody asks again. */
const NEXT: Record<UndertakingState, readonly UndertakingState[]> = {
  open: UNDERTAKING_STATES,
  kept: [],
  not_kept: [],
  released: [],
};

export const mayBecome = (from: UndertakingState, to: UndertakingState): boolean => NEXT[from].includes(to);
