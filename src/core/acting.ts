/** Who acts in a transaction, as the database knows it. */
export interface Acting {
  partnerId: string;
  /** The partner itself, or the narrowed client of it: whose grants count. */
  readerId: string;
  /** Subjects whose rows of all partners this actor keeps in order. */
  manages: readonly (
    | 'partners'
    | 'sub-partners'
    | 'partnership'
    | 'presences'
    | 'clients'
    | 'arrangements'
    | 'reference'
    | 'applications'
  )[];
}
