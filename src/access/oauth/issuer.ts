/** Who issues the access tokens of the service that partners reach at this address. */
export const issuerOf = (publicUrl: string): string => `${publicUrl}/oauth`;
