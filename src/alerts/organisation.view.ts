import { type PartnerKind } from '../partners/partners.service.js';
import { type OrganisationRow } from '../sharing/receipts.service.js';

/** An organisation as those know it who share with it. */
export class OrganisationView {
  id: string;
  code: string;
  name: string;
  kind: PartnerKind;
}

export const presentOrganisation = (row: OrganisationRow): OrganisationView => ({
  id: row.partner_id,
  code: row.code,
  name: row.name,
  kind: row.kind,
});
