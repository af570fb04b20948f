import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Public } from './access/route.decorator.js';
import { ApiProblems } from './core/problem.decorator.js';
import { problems } from './core/problem.js';
import { Readiness } from './core/readiness.js';
import { HealthView } from './health.dto.js';

/** For whoever starts, watches and distributes to the processes of the service. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process answers at all; asks nobody else. */
  @Get('live')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: HealthView })
  getLiveness(): HealthView {
    return { status: 'live' };
  }

  /** Whether requests should be sent here; the answer comes within two seconds, whatever the database does. */
  @Get('ready')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: HealthView })
  @ApiProblems('unavailable')
  async getReadiness(): Promise<HealthView> {
    if (!(await this.readiness.isReady())) throw problems.unavailable();
    return { status: 'ready' };
  }
}
