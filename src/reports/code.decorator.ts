import { applyDecorators } from '@nestjs/common';
import { Matches, type ValidationOptions } from 'class-validator';

/** Form of a code of a served list; whether it is current there is for the list to say. */
export const IsCode = (options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(
    Matches(/^[a-z0-9][a-z0-9_]{0,63}$/, { message: 'must be a code such as armed_clash', ...options }),
  );
