import { Controller, Get, Header, Headers, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Response } from 'express';
import { Public } from './access/route.decorator.js';
import { type Config } from './core/config.js';
import { CONFIG } from './core/config.provider.js';
import { isBearer, Metrics } from './core/metrics.js';
import { problems } from './core/problem.js';

/**
 * Numbers for Prometheus. They tell when something is going on, so they are for the operator: behind a token of its own
 * rather than a second port, since a port is open to whatever shares the network, and a container has no loopback to
 * share with its monitor.
 */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Public()
  @Header('Cache-Control', 'no-store')
  async getMetrics(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const { metricsToken } = this.config;
    if (metricsToken === undefined) throw problems.notFound();
    if (!isBearer(authorization, metricsToken)) throw problems.unauthenticated();
    response.setHeader('Content-Type', this.metrics.contentType);
    return this.metrics.write();
  }
}
