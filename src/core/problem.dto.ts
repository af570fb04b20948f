import { ApiProperty } from '@nestjs/swagger';

export class FaultView {
  /** JSON Pointer into the body, `?name` for a query parameter, or the name of a header. */
  pointer: string;
  detail: string;
}

/** RFC 9457 problem details. */
export class ProblemView {
  /** Stable address of the kind of problem. */
  type: string;
  title: string;
  @ApiProperty({ type: 'integer' })
  status: number;
  detail?: string;
  /** Every fault that was found, not only the first. */
  errors?: FaultView[];
}
