import { Injectable, Logger } from '@nestjs/common';
import { calculateJwkThumbprint } from 'jose';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Database, type Tx } from '../../core/database.js';
import { Sealing } from '../../core/sealing.js';
import { keyAt, type KeyPeriod, planKeys } from './bundle-key.rules.js';
import { type BundleKeyRow, BundleKeysRepository } from './bundle-keys.repository.js';

const READ_AGAIN_MS = 60_000;

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

interface KeysRead {
  keys: BundleKeyRow[];
  /** What the database's clock said at `readAt` of this process's. */
  databaseTime: number;
  readAt: number;
}

/** The keys that sign bundles: made when due, the same in every process, and published before they sign. */
@Injectable()
export class BundleKeysService {
  private readonly logger = new Logger(BundleKeysService.name);
  private read: KeysRead | undefined;
  private readonly opened = new Map<string, KeyObject>();

  constructor(
    private readonly database: Database,
    private readonly repository: BundleKeysRepository,
    private readonly sealing: Sealing,
  ) {}

  async signing(): Promise<SigningKey> {
    const read = await this.current();
    const key = keyAt(read.keys, timeOf(read));
    if (key === undefined) throw new Error('No key signs bundles at this time.');
    return { kid: key.kid, privateKey: this.open(key) };
  }

  async listPublished(): Promise<BundleKeyRow[]> {
    const read = await this.current();
    return read.keys.filter(({ publishedUntil }) => publishedUntil > timeOf(read));
  }

  private async current(): Promise<KeysRead> {
    const { read } = this;
    if (read !== undefined && performance.now() - read.readAt < READ_AGAIN_MS) return read;
    this.read = await this.database.asSystem((tx) => this.renew(tx));
    return this.read;
  }

  private async renew(tx: Tx): Promise<KeysRead> {
    const found = await this.repository.listAsSystem(tx);
    if (planKeys(found.keys, found.now).length === 0) return readOf(found);
    await this.repository.lockAsSystem(tx);
    // Another process may have been faster: look again now that it is our turn.
    const { keys, now } = await this.repository.listAsSystem(tx);
    for (const period of planKeys(keys, now)) {
      const key = await this.make(period);
      await this.repository.insertAsSystem(tx, key);
      this.logger.log(`new bundle key ${key.kid}, signs from ${new Date(period.signsFrom).toISOString()}`);
    }
    await this.repository.deleteEndedAsSystem(tx);
    return readOf(await this.repository.listAsSystem(tx));
  }

  private async make(period: KeyPeriod): Promise<BundleKeyRow> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: jwk.x ?? '' });
    const sealedKey = this.sealing.seal(privateKey.export({ format: 'der', type: 'pkcs8' }), kid);
    return { kid, publicKey: Buffer.from(jwk.x ?? '', 'base64url'), sealedKey, ...period };
  }

  private open({ kid, sealedKey }: BundleKeyRow): KeyObject {
    const known = this.opened.get(kid);
    if (known !== undefined) return known;
    const key = createPrivateKey({ key: this.sealing.open(sealedKey, kid), format: 'der', type: 'pkcs8' });
    this.opened.set(kid, key);
    return key;
  }
}

const readOf = ({ keys, now }: { keys: BundleKeyRow[]; now: number }): KeysRead => ({
  keys,
  databaseTime: now,
  readAt: performance.now(),
});

const timeOf = ({ databaseTime, readAt }: KeysRead): number => databaseTime + performance.now() - readAt;
