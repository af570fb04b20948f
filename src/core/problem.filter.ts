import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type Response } from 'express';
import { isUnavailable } from './database.js';
import { Problem, PROBLEM_TYPES, problems, problemStatus } from './problem.js';

/** Everything that goes wrong leaves as a problem of the catalogue; what is not in it is a bug and leaves bare. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const problem = this.toProblem(error);
    if (problem.type === 'internal') this.logger.error(error instanceof Error ? error.stack : error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(response, problem);
  }

  private toProblem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (isUnavailable(error)) return problems.unavailable();
    const status = statusOf(error);
    if (status === 400) return bodyProblem(error);
    if (status !== undefined && status < 500) {
      const type = PROBLEM_TYPES.find((name) => problemStatus(name) === status);
      return new Problem(type ?? 'invalid-input');
    }
    return new Problem('internal');
  }
}

export function sendProblem(response: Response, problem: Problem): void {
  response
    .status(problem.status)
    .set({ 'Cache-Control': 'private, no-store', Vary: 'Authorization', ...problem.headers })
    .type('application/problem+json')
    .send(JSON.stringify(problem.toBody()));
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' ? status : undefined;
}

/** The parser's own words may quote the body, so they stay here. */
function bodyProblem(error: unknown): Problem {
  const type = (error as { type?: unknown }).type;
  if (type === 'entity.parse.failed') {
    return problems.invalidInput([{ pointer: '#', detail: 'is not well-formed JSON' }]);
  }
  return new Problem('invalid-input');
}
