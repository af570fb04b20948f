import { createHash, randomBytes } from 'node:crypto';

const FORM = /^leave_[\w-]{43}$/;

/** 256 random bits: what leads to all that a partner contributed, kept as a digest alone. */
export const newLeaveToken = (): string => `leave_${randomBytes(32).toString('base64url')}`;

/** @returns null for what cannot be one */
export const leaveHashOf = (token: string): Buffer | null =>
  FORM.test(token) ? createHash('sha256').update(token).digest() : null;

export const leavePath = (token: string): string => `/v1/contributions/${token}`;
