import { QueryFailedError } from 'typeorm';
import { hasCode } from './database.js';
import { problems } from './problem.js';

/**
 * Waits for a statement whose triggers keep rows in step with others, and which was made wrong by a change of those since they
 * were looked at. A constraint with a name that is broken is a bug, and stays one.
 * @throws Problem 409 for what a trigger refused
 */
export async function unlessOvertaken<T>(statement: Promise<T>, detail: string): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    throw hasCode(error, '23514') && constraintOf(error) === undefined ? problems.conflict(detail) : error;
  }
}

const constraintOf = (error: unknown): string | undefined =>
  error instanceof QueryFailedError ? (error.driverError as { constraint?: string }).constraint : undefined;
