import { type LiaisonContactView, type LiaisonMeetingView, type UndertakingView } from './liaison.dto.js';
import { type Authority, type UndertakingSide, type UndertakingState } from './liaison.rules.js';

export interface ContactRow {
  id: string;
  authority: Authority;
  office: string;
  name: string | null;
  phone: string | null;
  email: string | null;
  note: string | null;
  valid_until: Date | null;
  version: number;
  created_at: Date;
}

export interface LiaisonMeetingRow {
  id: string;
  held_at: Date;
  offices: string[];
  subject: string;
  summary: string | null;
  created_at: Date;
}

export interface UndertakingRow {
  id: string;
  side: UndertakingSide;
  text: string;
  state: UndertakingState;
  due_at: Date | null;
  is_overdue: boolean;
  meeting_id: string | null;
  created_at: Date;
  follow_ups: { note: string; state: UndertakingState; at: string }[];
}

export function presentContact(row: ContactRow): LiaisonContactView {
  return {
    id: row.id,
    authority: row.authority,
    office: row.office,
    ...(row.name !== null && { name: row.name }),
    ...(row.phone !== null && { phone: row.phone }),
    ...(row.email !== null && { email: row.email }),
    ...(row.note !== null && { note: row.note }),
    ...(row.valid_until !== null && { validUntil: row.valid_until.toISOString() }),
    version: row.version,
    createdAt: row.created_at.toISOString(),
  };
}

export function presentLiaisonMeeting(row: LiaisonMeetingRow): LiaisonMeetingView {
  return {
    id: row.id,
    heldAt: row.held_at.toISOString(),
    offices: row.offices,
    subject: row.subject,
    ...(row.summary !== null && { summary: row.summary }),
    createdAt: row.created_at.toISOString(),
  };
}

export function presentUndertaking(row: UndertakingRow): UndertakingView {
  return {
    id: row.id,
    side: row.side,
    text: row.text,
    state: row.state,
    ...(row.due_at !== null && { dueAt: row.due_at.toISOString() }),
    overdue: row.is_overdue,
    ...(row.meeting_id !== null && { meetingId: row.meeting_id }),
    createdAt: row.created_at.toISOString(),
    followUps: row.follow_ups.map(({ note, state, at }) => ({ note, state, at: new Date(at).toISOString() })),
  };
}
