import { ValidateIf } from 'class-validator';

/** The field may be left out; unlike `@IsOptional()` this refuses null, which nobody downstream expects. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);
