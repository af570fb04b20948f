import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { DirectoryService } from './directory.service.js';
import { DirectoryQuery } from './focal-points.dto.js';
import { ContactDirectory } from './focal-points.view.js';

@ApiTags('focal-points')
@Controller('v1/arrangements/:id/focal-points')
export class DirectoryController {
  constructor(private readonly directory: DirectoryService) {}

  /** Find whom to call in an arrangement, as a member of it; who does not answer any more is marked. */
  @Get()
  @Header('Cache-Control', 'private, no-store')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async getContactDirectory(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: DirectoryQuery,
  ): Promise<ContactDirectory> {
    return this.directory.list(actor, id, query);
  }
}
