import { createHmac, timingSafeEqual } from 'node:crypto';
import { problems } from './problem.js';

const PLACE_BYTES = 16;
const TAG_BYTES = 16;

/**
 * Opaque places in a list. A cursor is bound to its reader and to the list it came from, so that it is of no use to
 * anybody else, and of fixed length, so that it counts nothing.
 */
export class Cursors {
  constructor(private readonly secret: Buffer) {}

  /**
   * @param list what the place is a place in: route and filters
   * @param place position or id, up to 128 bits
   */
  seal(readerId: string, list: string, place: bigint): string {
    const plain = Buffer.from(place.toString(16).padStart(PLACE_BYTES * 2, '0'), 'hex');
    const masked = this.mask(readerId, list, plain);
    return Buffer.concat([masked, this.tag(readerId, list, masked)]).toString('base64url');
  }

  /** @throws Problem 400 for a cursor that was not given to this reader for this list */
  open(readerId: string, list: string, cursor: string, pointer = '?cursor'): bigint {
    const bytes = Buffer.from(cursor, 'base64url');
    const masked = bytes.subarray(0, PLACE_BYTES);
    const sound =
      bytes.length === PLACE_BYTES + TAG_BYTES &&
      bytes.toString('base64url') === cursor &&
      timingSafeEqual(bytes.subarray(PLACE_BYTES), this.tag(readerId, list, masked));
    if (!sound) {
      throw problems.invalidInput([{ pointer, detail: 'is not a cursor of this list' }]);
    }
    return BigInt(`0x${this.mask(readerId, list, masked).toString('hex')}`);
  }

  private mask(readerId: string, list: string, bytes: Buffer): Buffer {
    const mask = this.digest('mask', readerId, list);
    return Buffer.from(bytes.map((byte, index) => byte ^ (mask[index] ?? 0)));
  }

  private tag(readerId: string, list: string, masked: Buffer): Buffer {
    return this.digest('tag', readerId, list, masked.toString('hex')).subarray(0, TAG_BYTES);
  }

  private digest(...parts: string[]): Buffer {
    return createHmac('sha256', this.secret).update(JSON.stringify(parts)).digest();
  }
}

export const idToPlace = (id: string): bigint => BigInt(`0x${id.replaceAll('-', '')}`);

export const placeToId = (place: bigint): string =>
  place
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
