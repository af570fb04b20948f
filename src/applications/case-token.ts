import { createHash, randomBytes } from 'node:crypto';

const FORM = /^case_[\w-]{43}$/;

/** 256 random bits: what leads to a case, kept as a digest alone. */
export const newCaseToken = (): string => `case_${randomBytes(32).toString('base64url')}`;

/** @returns null for what cannot be one */
export const caseHashOf = (token: string): Buffer | null =>
  FORM.test(token) ? createHash('sha256').update(token).digest() : null;

export const casePath = (token: string): string => `/v1/partner-application-cases/${token}`;
