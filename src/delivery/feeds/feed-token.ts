import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'slt_feed_';
const SHAPE = new RegExp(`^${PREFIX}[\\w-]{43}$`);

/** 256 random bits behind a prefix by which secret scanners know it, in characters that need no encoding in a path. */
export const newFeedToken = (): string => `${PREFIX}${randomBytes(32).toString('base64url')}`;

export const isFeedToken = (text: string): boolean => SHAPE.test(text);

/** A plain digest is enough: what has 256 bits of chance cannot be guessed. */
export const hashFeedToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Takes as long for a wrong token as for a right one. */
export const isTokenOf = (token: string, hash: Buffer): boolean =>
  hash.length === 32 && timingSafeEqual(hashFeedToken(token), hash);
