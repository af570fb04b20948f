import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEM_TITLES, type ProblemType, problemStatus } from './problem.js';
import { ProblemView } from './problem.dto.js';

/** Documents the problems that an operation can answer with, beyond those that every operation has. */
export const ApiProblems = (...types: ProblemType[]) =>
  applyDecorators(
    ApiExtraModels(ProblemView),
    ...types.map((type) =>
      ApiResponse({
        status: problemStatus(type),
        description: PROBLEM_TITLES[type],
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemView) } } },
      }),
    ),
  );
