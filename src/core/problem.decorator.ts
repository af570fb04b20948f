import { ApiExtension } from '@nestjs/swagger';
import { type ProblemType } from './problem.js';

/** Documents the problems that an operation can answer with, beyond those that follow from what it is. */
export const ApiProblems = (...types: ProblemType[]) => ApiExtension('x-problems', types);
