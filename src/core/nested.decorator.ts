import { applyDecorators, type Type as Class } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsObject, ValidateNested, type ValidationOptions } from 'class-validator';

/** An object of another DTO, or with `each` a list of them; by itself `@ValidateNested()` lets lists pass unseen. */
export const IsNested = (dto: () => Class, options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(IsObject(options), ValidateNested(options), Type(dto));
