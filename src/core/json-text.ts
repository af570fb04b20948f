import { isUtf8 } from 'node:buffer';
import { type Fault } from './problem.js';

const MAX_DEPTH = 32;
/** Of one list: telling whether its members differ takes the square of their number. */
const MAX_MEMBERS = 2000;
/** Of the whole text: validating one that is wrong takes a quarter of a millisecond. */
const MAX_OBJECTS = 5000;
const MAX_FAULTS = 100;

interface Frame {
  pointer: string;
  /** Names so far; null in a list. */
  names: Set<string> | null;
  /** Of the member that comes next, or is being read. */
  name: string;
  nameFollows: boolean;
}

/**
 * What is wrong with a JSON text that nobody behind the parser could see or survive: bytes that are no UTF-8, too much
 * nesting, endless lists, and names said twice, of which every parser believes another one (RFC 8259 §4 and §8.1).
 * A text that is no JSON at all is left to the parser.
 */
export function jsonFaults(bytes: Buffer): Fault[] {
  if (!isUtf8(bytes)) return [{ pointer: '#', detail: 'must be in UTF-8' }];
  const text = bytes.toString('utf8');
  const faults: Fault[] = [];
  const open: Frame[] = [];
  let objects = 0;
  for (let at = 0; at < text.length && faults.length < MAX_FAULTS; at += 1) {
    const frame = open.at(-1);
    const character = text[at];
    if (character === '{' || character === '[') {
      if (open.length === MAX_DEPTH)
        return [{ pointer: '#', detail: `must not be nested more than ${MAX_DEPTH} deep` }];
      const isObject = character === '{';
      if (isObject && (objects += 1) > MAX_OBJECTS) {
        return [{ pointer: '#', detail: `must have at most ${MAX_OBJECTS} objects` }];
      }
      const pointer = frame ? `${frame.pointer}/${frame.name}` : '#';
      open.push({ pointer, names: isObject ? new Set() : null, name: '0', nameFollows: isObject });
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',' && frame) {
      if (frame.names) frame.nameFollows = true;
      else frame.name = String(Number(frame.name) + 1);
      if (frame.names === null && Number(frame.name) === MAX_MEMBERS) {
        return [{ pointer: frame.pointer, detail: `must have at most ${MAX_MEMBERS} members` }];
      }
    } else if (character === '"') {
      const end = endOfString(text, at);
      if (frame?.nameFollows) {
        const name = nameIn(text.slice(at, end));
        if (name === undefined) return faults;
        frame.name = escapePointer(name);
        frame.nameFollows = false;
        if (frame.names?.has(name)) {
          faults.push({ pointer: `${frame.pointer}/${frame.name}`, detail: 'must not be said twice' });
        }
        frame.names?.add(name);
      }
      at = end - 1;
    }
  }
  return faults;
}

/** A name as a part of a JSON Pointer (RFC 6901 §3), cut to a bearable length: it comes from the caller. */
export const escapePointer = (name: string): string =>
  name.slice(0, 100).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');

/** Behind the closing quotation mark, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}

function nameIn(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}
