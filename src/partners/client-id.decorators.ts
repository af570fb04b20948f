import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { problems } from '../core/problem.js';

class ClientIdPipe implements PipeTransform<string, string> {
  /** What cannot be an id is answered like an id that is not there. */
  transform(value: string): string {
    if (!/^[\w.-]{1,64}$/.test(value)) throw problems.notFound();
    return value;
  }
}

export const ClientId = () => Param('clientId', ClientIdPipe);

export const ApiClientId = () => ApiParam({ name: 'clientId', schema: { type: 'string', maxLength: 64 } });
