import { Injectable } from '@nestjs/common';
import { prepared, type Tx } from '../core/database.js';
import { NO_POLICY, type ReleasePolicy } from './release-policy.rules.js';

/** A looser policy that another client has yet to confirm. */
export interface ProposedPolicy extends ReleasePolicy {
  by: string;
  at: Date;
}

export interface PolicyRow extends ReleasePolicy {
  proposed: ProposedPolicy | null;
}

interface Columns extends ReleasePolicy {
  proposed_tlp: number | null;
  proposed_classification: number | null;
  proposed_by: string | null;
  proposed_at: Date | null;
}

const COLUMNS = 'tlp, classification, proposed_tlp, proposed_classification, proposed_by, proposed_at';

@Injectable()
export class ReleasePolicyRepository {
  async find(tx: Tx): Promise<PolicyRow> {
    const rows = await prepared<Columns>(
      tx,
      'release policy',
      `select ${COLUMNS} from release_policy where partner_id = acting_partner()`,
    );
    return policyOf(rows[0]);
  }

  /** The acting partner's, locked until the transaction ends, also when nothing has been stated yet. */
  async lock(tx: Tx): Promise<PolicyRow> {
    await tx.query(
      `insert into release_policy (partner_id) values (acting_owner()) on conflict (partner_id) do nothing`,
    );
    const rows: Columns[] = await tx.query(
      `select ${COLUMNS} from release_policy where partner_id = acting_owner() for update`,
    );
    return policyOf(rows[0]);
  }

  /** @param proposal the looser one, and who proposes it */
  async put(
    tx: Tx,
    { tlp, classification }: ReleasePolicy,
    proposal: { policy: ReleasePolicy; by: string } | null,
  ): Promise<void> {
    await tx.query(
      `update release_policy set tlp = $1, classification = $2, proposed_tlp = $3, proposed_classification = $4,
         proposed_by = $5, proposed_at = case when $5::text is null then null else now() end
       where partner_id = acting_owner()`,
      [
        tlp,
        classification,
        proposal?.policy.tlp ?? null,
        proposal?.policy.classification ?? null,
        proposal?.by ?? null,
      ],
    );
  }
}

function policyOf(row: Columns | undefined): PolicyRow {
  if (row === undefined) return { ...NO_POLICY, proposed: null };
  const { tlp, classification, proposed_by: by, proposed_at: at } = row;
  const proposed = { tlp: row.proposed_tlp, classification: row.proposed_classification };
  return { tlp, classification, proposed: by === null || at === null ? null : { ...proposed, by, at } };
}
