import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type Explanation, ExplanationRepository } from './explanation.repository.js';
import { type ShareableState, type ShareableType } from './sharing.repository.js';
import { SharingService } from './sharing.service.js';

export {
  type Explanation,
  type ExplanationRow,
  type PublicRow,
  type Refusal,
  type Rule,
} from './explanation.repository.js';

/** Not out yet: what is explained is what would be. */
const UNPUBLISHED: readonly string[] = ['draft', 'pending_release'] satisfies ShareableState[];

/**
 * Who receives what and by which rule, who does not and why: to the originator, as far as it may see who that is, and to
 * the steward.
 */
@Injectable()
export class ExplanationService {
  constructor(
    private readonly database: Database,
    private readonly explanations: ExplanationRepository,
    private readonly sharing: SharingService,
  ) {}

  /**
   * Lets `create` write something as if it were published, explains who would receive it, and undoes it all.
   * @throws Problem 403 for a narrowed client that could not publish it
   */
  async rehearse(actor: Actor, create: (tx: Tx) => Promise<string>): Promise<Explanation> {
    return this.database.rehearseAs(actor, async (tx) => {
      const id = await create(tx);
      if (actor.narrowed && !(await this.explanations.admitsActing(tx, id))) {
        throw problems.forbidden('The client may not publish what it could not read itself.');
      }
      return this.explanations.explain(tx, id);
    });
  }

  /** Of what is not out yet, as if it were. @throws Problem 404 and 403 as for what only originators do */
  async explain(
    actor: Actor,
    id: string,
    type: ShareableType,
  ): Promise<Explanation & { state: ShareableState }> {
    const state = await this.database.readAs(
      actor,
      async (tx) =>
        (await this.explanations.findExplained(tx, id, type)) ??
        (await this.sharing.getOwn(tx, actor, id, type)).state,
    );
    const explanation = UNPUBLISHED.includes(state)
      ? this.rehearse(actor, async (tx) => {
          await this.sharing.lockOwn(tx, actor, id, type);
          await this.sharing.changeState(tx, id, 'published');
          return id;
        })
      : this.database.readAs(actor, (tx) => this.explanations.explain(tx, id));
    return { state, ...(await explanation) };
  }
}
