import { v7, validate } from 'uuid';

/** Ids sort by time of creation and are safe to show: they say when, never how many. */
export const newId = (): string => v7();

export const isId = (value: string): boolean => validate(value);
