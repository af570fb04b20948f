const NOTHING = Buffer.alloc(0);

/** What came is not what it was said to be; the sentence is for whoever sent it. */
export class NotWhatItSays extends Error {
  override readonly name = 'NotWhatItSays';
}

/** A file as it arrives, read piece by piece; nothing but the current piece is held. */
export class ByteSource {
  private held: Buffer = NOTHING;
  private readonly pieces: AsyncIterator<Buffer>;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** The first bytes, up to `length` of them, which stay to be read. */
  async peek(length: number): Promise<Buffer> {
    await this.hold(length);
    return this.held.subarray(0, length);
  }

  /** Whatever is at hand next; null at the end. */
  async next(): Promise<Buffer | null> {
    await this.hold(1);
    const piece = this.held;
    this.held = NOTHING;
    return piece.length === 0 ? null : piece;
  }

  /** Puts back what was read too much. */
  unread(bytes: Buffer): void {
    this.held = this.held.length === 0 ? bytes : Buffer.concat([bytes, this.held]);
  }

  /** @param length of a bounded part, which is held whole. @throws NotWhatItSays at the end */
  async take(length: number): Promise<Buffer> {
    await this.hold(length);
    if (this.held.length < length) throw new NotWhatItSays('ends in the middle');
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  /** The next bytes, however many, as they come. @throws NotWhatItSays at the end */
  async *pass(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      const piece = await this.next();
      if (piece === null) throw new NotWhatItSays('ends in the middle');
      if (piece.length > left) this.unread(piece.subarray(left));
      const part = piece.subarray(0, left);
      left -= part.length;
      yield part;
    }
  }

  async skip(length: number): Promise<void> {
    for await (const _ of this.pass(length));
  }

  /** All that is left, as it comes. */
  async *rest(): AsyncGenerator<Buffer> {
    for (let piece = await this.next(); piece !== null; piece = await this.next()) yield piece;
  }

  async drop(): Promise<void> {
    while ((await this.next()) !== null);
  }

  private async hold(length: number): Promise<void> {
    const parts = [this.held];
    let have = this.held.length;
    while (have < length) {
      const piece = await this.pieces.next();
      if (piece.done === true) break;
      parts.push(piece.value);
      have += piece.value.length;
    }
    if (parts.length > 1) this.held = Buffer.concat(parts);
  }
}
