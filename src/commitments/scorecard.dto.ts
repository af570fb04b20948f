import { ApiProperty } from '@nestjs/swagger';
import { type Commitment, type CommitmentState, type Rating } from './commitment.rules.js';

export class ScorecardMemberView {
  /** Code of the partner. */
  partner: string;
  name: string;
  /** Code of the partner that accepts the commitments for it, and whose state this is: of a sub-partner. */
  sponsor?: string;
  /** Where it stands with its acceptance of the commitments. */
  state: CommitmentState;
}

export class ScorecardCountView {
  /** Null: says nothing of it to the others. */
  @ApiProperty({ type: 'string', nullable: true })
  rating: Rating | null;
  /** Null: suppressed. */
  @ApiProperty({ type: 'integer', nullable: true })
  members: number | null;
}

export class ScorecardCommitmentView {
  commitment: Commitment;
  counts: ScorecardCountView[];
}

/** What the numbers are, to be kept with them wherever they go. */
export class ScorecardDefinitionView {
  counted: string;
  suppression: string;
  @ApiProperty({ type: 'integer' })
  suppressedBelow: number;
}

export class ScorecardView {
  arrangementId: string;
  at: string;
  /** By code. */
  members: ScorecardMemberView[];
  /** All six. */
  commitments: ScorecardCommitmentView[];
  definition: ScorecardDefinitionView;
}
