import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { isUnavailable } from './database.js';
import { describeError } from './logging.js';
import { Problem, PROBLEM_TYPES, problems, problemStatus } from './problem.js';
import { type RateLimits } from './rate-limits.js';
import { contextOf } from './request-context.js';

/** Everything that goes wrong leaves as a problem of the catalogue; what is not in it is a bug and leaves bare. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  constructor(private readonly limits: RateLimits) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const found = this.toProblem(error);
    // What failed before it was known who calls counts too; our own failures do not.
    const exceeded =
      found.status < 500 ? await this.limits.count(http.getRequest<Request>(), response) : undefined;
    const problem = exceeded ?? found;
    if (problem.type === 'internal') {
      const { requestId } = contextOf(response);
      this.logger.error({ msg: 'bug', requestId, error: describeError(error) });
    }
    inSchemeOf(http.getRequest<Request>(), problem);
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
    if (status !== undefined && status < 500) {
      const type = PROBLEM_TYPES.find((name) => problemStatus(name) === status);
      return new Problem(type ?? 'invalid-input');
    }
    return new Problem('internal');
  }
}

/** RFC 9449 §7.1: whoever shows a token that is bound to a key is challenged in the scheme in which it was shown. */
function inSchemeOf({ headers }: Request, problem: Problem): void {
  const challenge = problem.headers['WWW-Authenticate'];
  if (problem.type !== 'forbidden' || challenge === undefined || !/^dpop /i.test(headers.authorization ?? ''))
    return;
  problem.headers['WWW-Authenticate'] = challenge.replace(/^Bearer /, 'DPoP ');
}

export function sendProblem(response: Response, problem: Problem): void {
  contextOf(response).problem = problem.type;
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
