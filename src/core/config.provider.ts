/** Injection tokens of what is decided before the application is built. */
export const CONFIG = Symbol('CONFIG');
/** Base address that partners use, without a trailing slash, such as `https://slt.example.org`. */
export const PUBLIC_URL = Symbol('PUBLIC_URL');
