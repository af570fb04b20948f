import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import { SUPPRESSED_BELOW } from '../core/suppression.js';
import { commitmentState } from './commitment.rules.js';
import { ReportsRepository } from './reports.repository.js';
import { type ScorecardView } from './scorecard.dto.js';
import { scorecardOf } from './scorecard.rules.js';

const DEFINITION = {
  counted:
    'Members of the arrangement by what they say of themselves and share with the others; of several countries the lowest.',
  suppression: `Counts from 1 to ${SUPPRESSED_BELOW - 1} are not shown (null), and neither are as many others as would give them away.`,
  suppressedBelow: SUPPRESSED_BELOW,
};

@Injectable()
export class ScorecardService {
  constructor(
    private readonly database: Database,
    private readonly reports: ReportsRepository,
  ) {}

  /** For members; whoever is none, and the steward where it is none, learns that there is nothing. */
  async get(actor: Actor, arrangementId: string): Promise<ScorecardView> {
    return this.database.readAs(actor, async (tx) => {
      const members = await this.reports.listMembers(tx, arrangementId);
      const now = members[0]?.now;
      if (now === undefined) throw problems.notFound();
      const counts = await this.reports.countRatings(tx, arrangementId);
      return {
        arrangementId,
        at: now.toISOString(),
        members: members.map((one) => ({
          partner: one.code,
          name: one.name,
          ...(one.sponsor !== null && { sponsor: one.sponsor }),
          state: commitmentState(one, now),
        })),
        commitments: scorecardOf(counts, members.length),
        definition: DEFINITION,
      };
    });
  }
}
