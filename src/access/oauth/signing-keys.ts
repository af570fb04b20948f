import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type KeyObject } from 'node:crypto';
import { Database, type Tx } from '../../core/database.js';
import { planRotation, type RotationPlan } from './key-rotation.rules.js';
import { KeySet } from './key-set.js';
import { OAuthRepository } from './oauth.repository.js';

const POLL_MS = 10_000;
/** A token that names an unknown key is reason to look again, but strangers must not make us look all the time. */
const LOOK_AGAIN_MS = 5000;

/** The keys that sign access tokens: made when due, the same in every process. */
@Injectable()
export class SigningKeys implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('SigningKeys');
  private set: KeySet | undefined;
  private lookedAt = -Infinity;
  private poll: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: OAuthRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.refresh();
    const refresh = (): void => {
      // The keys at hand stay good while the database is away.
      this.refresh().catch((error: Error) =>
        this.logger.warn(`signing keys not refreshed: ${error.message}`),
      );
    };
    this.poll = setInterval(refresh, POLL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.poll);
  }

  get current(): KeySet {
    if (this.set === undefined) throw new Error('The signing keys were not read yet.');
    return this.set;
  }

  async findPublicKey(kid: string): Promise<KeyObject | undefined> {
    const known = this.current.findPublicKey(kid);
    if (known !== undefined || performance.now() - this.lookedAt < LOOK_AGAIN_MS) return known;
    await this.refresh();
    return this.current.findPublicKey(kid);
  }

  /** Makes what is due and takes over what is there. */
  async refresh(): Promise<void> {
    this.lookedAt = performance.now();
    this.set = await this.database.asSystem(async (tx) => {
      const found = await this.repository.listKeys(tx);
      if (!isDue(planRotation(found.keys, found.now))) return new KeySet(found.keys, found.now);
      await this.repository.lockKeys(tx);
      // Another process may have been faster: look again now that it is our turn.
      const { keys, now } = await this.repository.listKeys(tx);
      await this.carryOut(tx, planRotation(keys, now));
      const renewed = await this.repository.listKeys(tx);
      return new KeySet(renewed.keys, renewed.now);
    });
  }

  private async carryOut(tx: Tx, { create, extend }: RotationPlan): Promise<void> {
    if (extend) await this.repository.extendKey(tx, extend.kid, extend.signsUntil);
    if (!create) return;
    const key = await newKey();
    await this.repository.insertKey(tx, { ...key, ...create });
    this.logger.log(`new signing key ${key.kid}, signs from ${new Date(create.signsFrom).toISOString()}`);
  }
}

const isDue = ({ create, extend }: RotationPlan): boolean => create !== undefined || extend !== undefined;

/** The id is the thumbprint (RFC 7638), so that no id is ever used twice. */
async function newKey(): Promise<{ kid: string; privateJwk: JWK }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateJwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}
