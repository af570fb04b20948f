/** Bounds on what callers may send and ask for. */
export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 200;
export const JSON_MAX_BYTES = 1024 * 1024;
/** The largest body that any route takes. */
export const BODY_MAX_BYTES = 2 * 1024 * 1024;
