import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import ts from 'typescript';
import { ANY_SCOPE, PUBLIC, ROUTE_SCOPE } from '../src/access/route.decorator.js';
import { isScope } from '../src/access/scopes.js';
import { query } from './support/database.js';
import { startApp, type TestApp } from './support/app.js';
import { type Problem } from './support/http.js';

/** A module imports from lower ranks only; what stands together does not know each other. */
const RANKS = [
  ['core'],
  ['access'],
  ['mail'],
  ['audit'],
  ['reference'],
  ['partners'],
  ['arrangements'],
  ['commitments'],
  ['focal-points', 'forums', 'liaison', 'contact-tree'],
  ['sharing'],
  ['attachments'],
  [
    'alerts',
    'reports',
    'training',
    'needs',
    'operations',
    'ground-rules',
    'crisis',
    'conduct',
    'applications',
  ],
  ['delivery', 'withdrawals'],
  ['app'],
  ['demo'],
];

/** Vocabulary that every module speaks; besides it, and all of core, a module is entered by its service or module. */
const DOORS = [
  'access/actor.ts',
  'access/handling.ts',
  'access/handling.dto.ts',
  'access/route.decorator.ts',
  'access/scopes.ts',
];

const SRC = resolve('src');
const GENERATED = 'openapi-metadata.ts';

interface Source {
  /** Path below src, with forward slashes. */
  path: string;
  text: string;
  /** Paths below src, or outside of it beginning with `../`, or bare names of packages. */
  imports: string[];
}

const filesBelow = (folder: string, extension: RegExp): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extension.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const sources: Source[] = filesBelow(SRC, /\.ts$/)
  .map((file) => {
    const text = readFileSync(file, 'utf8');
    const imports = ts
      .preProcessFile(text, true, true)
      .importedFiles.map(({ fileName }) =>
        fileName.startsWith('.')
          ? relative(SRC, resolve(dirname(file), fileName.replace(/\.js$/, '.ts'))).replaceAll('\\', '/')
          : fileName,
      );
    return { path: relative(SRC, file).replaceAll('\\', '/'), text, imports };
  })
  .filter(({ path }) => path !== GENERATED);

const isOurs = (path: string): boolean => sources.some((source) => source.path === path);
const moduleOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : 'app');
const rankOf = (path: string): number => RANKS.findIndex((rank) => rank.includes(moduleOf(path)));

const crossings = sources.flatMap(({ path, imports }) =>
  imports
    .filter((target) => isOurs(target) && moduleOf(target) !== moduleOf(path))
    .map((target) => ({ from: path, to: target })),
);
const said = ({ from, to }: { from: string; to: string }): string => `${from} imports ${to}`;

describe('modules', () => {
  it('all have a rank', () => {
    expect(sources.map(({ path }) => path).filter((path) => rankOf(path) < 0)).toEqual([]);
  });

  it('import from lower ranks only', () => {
    expect(crossings.filter(({ from, to }) => rankOf(to) >= rankOf(from)).map(said)).toEqual([]);
  });

  it('enter each other through services, modules and the agreed vocabulary', () => {
    const isDoor = (to: string): boolean =>
      ['core', 'app'].includes(moduleOf(to)) ||
      DOORS.includes(to) ||
      /^[^/]+\/[^/]+\.(service|module)\.ts$/.test(to);
    const isList = ({ from, to }: { from: string; to: string }): boolean =>
      from === 'app.entities.ts' && /\.(entity|entities)\.ts$/.test(to);
    expect(crossings.filter((crossing) => !isDoor(crossing.to) && !isList(crossing)).map(said)).toEqual([]);
  });

  it('have no import that leads nowhere or out of the sources', () => {
    const strays = sources.flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.endsWith('.ts') && !isOurs(target) && target !== GENERATED)
        .filter((target) => !(path === 'core/migrate.ts' && target.startsWith('../migrations/')))
        .map((target) => said({ from: path, to: target })),
    );
    expect(strays).toEqual([]);
  });

  it('have no cycles, not even between files', () => {
    const importsOf = new Map(sources.map(({ path, imports }) => [path, imports.filter(isOurs)]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (path: string, way: string[]): void => {
      if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(' > '));
      if (way.includes(path) || done.has(path)) return;
      for (const target of importsOf.get(path) ?? []) walk(target, [...way, path]);
      done.add(path);
    };
    for (const { path } of sources) walk(path, []);
    expect(cycles).toEqual([]);
    expect(sources.filter(({ text }) => /\bforwardRef\b/.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe('sources', () => {
  it('read the environment in core/config.ts only', () => {
    const reads =
      /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*'(node:)?process'/;
    expect(sources.filter(({ text }) => reads.test(text)).map(({ path }) => path)).toEqual([
      'core/config.ts',
    ]);
  });

  it('leave nothing undone, out of the run or unchecked', () => {
    const marks = [
      /\.only\s*\(/,
      /\b[xf](it|describe)\s*\(/,
      new RegExp(`\\b${['TO', 'DO'].join('')}\\b|\\b${['FIX', 'ME'].join('')}\\b`),
      /\bas any\b/,
      /@ts-(ignore|nocheck)/,
      /\bdebugger;/,
    ];
    const self = resolve('test', 'architecture.spec.ts');
    const found = ['src', 'test', 'migrations']
      .flatMap((folder) => filesBelow(folder, /\.(ts|mjs|cjs)$/))
      .filter((file) => resolve(file) !== self)
      .filter((file) => marks.some((mark) => mark.test(readFileSync(file, 'utf8'))));
    expect(found).toEqual([]);
  });
});

describe('answers', () => {
  it('are views, each a class with its fields listed, or text, or written by the handler itself', () => {
    const views = new Set(
      sources
        .filter(({ path }) => /\.(dto|view)\.ts$/.test(path))
        .flatMap(({ text }) => [...text.matchAll(/^export class (\w+)/gm)].map(([, name]) => name)),
    );
    const loose = sources
      .filter(({ path }) => path.endsWith('.controller.ts'))
      .flatMap(({ path, text }) => handlersIn(path, text))
      .filter(({ returns }) => {
        const type = /^Promise<(.+)>$/.exec(returns)?.[1] ?? returns;
        return type !== 'void' && type !== 'string' && !views.has(type);
      });
    expect(loose).toEqual([]);
  });
});

describe('versions', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version?: string; dev?: boolean }>;
  };

  /** Below these lie published vulnerabilities; absent is as good. */
  it.each([
    ['@nestjs/core', '11.1.18'],
    ['typeorm', '1.1.0'],
    ['jsonwebtoken', '9.0.0'],
    ['class-transformer', '0.3.1'],
    ['class-validator', '0.14.0'],
    ['multer', '2.1.1'],
    ['fast-xml-parser', '5.5.6'],
  ])('of %s are all %s or later', (name, least) => {
    const copies = Object.entries(lock.packages)
      .filter(([path, { dev }]) => path.endsWith(`node_modules/${name}`) && !dev)
      .map(([path, { version }]) => `${path} ${version}`);
    expect(copies.filter((copy) => isBelow(copy.split(' ')[1] ?? '0', least))).toEqual([]);
  });

  it('of what is installed are those of the lock file', () => {
    const wrong = Object.entries(lock.packages).filter(([path, { version }]) => {
      const file = join(path, 'package.json');
      if (path === '' || !existsSync(file)) return false;
      return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version !== version;
    });
    expect(wrong.map(([path]) => path)).toEqual([]);
  });
});

describe('the running application', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('stands on PostgreSQL 15.20 or later', async () => {
    const [row] = await query<{ version: number }>(
      app.database.serviceUrl,
      `select current_setting('server_version_num')::int as version`,
    );
    expect(row?.version).toBeGreaterThanOrEqual(15_0020);
  });

  it('declares for every route who may call it', () => {
    const routes = routesOf(app);
    expect(routes.length).toBeGreaterThan(10);
    const undeclared = routes.filter(({ scope }) => {
      const named = Array.isArray(scope) ? (scope as unknown[]) : [scope];
      return (
        scope !== ANY_SCOPE &&
        scope !== PUBLIC &&
        !(named.length > 0 && named.every((one) => typeof one === 'string' && isScope(one)))
      );
    });
    expect(undeclared.map(({ name }) => name)).toEqual([]);
  });

  it('takes every body and query as a class', () => {
    const loose = routesOf(app).flatMap(({ name, inputs }) =>
      inputs.filter(({ type, part }) => part !== undefined || !isClassOfOurs(type)).map(() => name),
    );
    expect(loose).toEqual([]);
  });

  it('validates every property of every input', () => {
    const unvalidated = inputClasses(app).flatMap((type) => {
      const validated = new Set(validatorsOf(type).map(({ propertyName }) => propertyName));
      return propertiesOf(type)
        .filter((property) => !validated.has(property))
        .map((property) => `${type.name}.${property}`);
    });
    expect(unvalidated).toEqual([]);
  });

  it('bounds every text and every list of every input', () => {
    const bounding = ['maxLength', 'isLength', 'isIn', 'matches', 'isUuid', 'isBooleanString', 'isLanguage'];
    const unbounded = inputClasses(app).flatMap((type) =>
      propertiesOf(type)
        .filter((property) => {
          const design: unknown = Reflect.getMetadata('design:type', type.prototype as object, property);
          const names = validatorsOf(type)
            .filter(({ propertyName }) => propertyName === property)
            .map(({ name }) => name ?? '');
          if (design === Array) {
            return !names.some((name) => /^arrayMaxSize$/.test(name)) && !isClosedSet(names);
          }
          return design === String && !names.some((name) => bounding.includes(name));
        })
        .map((property) => `${type.name}.${property}`),
    );
    expect(unbounded).toEqual([]);
  });

  it('refuses unknown names in bodies and queries', async () => {
    const body = await app.steward.post<Problem>('/v1/partners', { surprise: 1 });
    expect(body.status).toBe(400);
    expect(body.body.errors?.map(({ pointer }) => pointer)).toContain('#/surprise');
    const page = await app.steward.get<Problem>('/v1/partners', { query: { surprise: 1 } });
    expect(page.status).toBe(400);
    expect(page.body.errors?.some(({ pointer }) => pointer.includes('surprise'))).toBe(true);
  });
});

const ROUTE_DECORATORS = ['Get', 'Head', 'Post', 'Put', 'Patch', 'Delete', 'Options', 'All', 'Search', 'Sse'];

function handlersIn(path: string, text: string): { name: string; returns: string }[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const methods = file.statements.filter(ts.isClassDeclaration).flatMap(({ members }) => [...members]);
  return methods
    .filter(ts.isMethodDeclaration)
    .filter((method) =>
      ts
        .getDecorators(method)
        ?.some(
          ({ expression }) =>
            ts.isCallExpression(expression) && ROUTE_DECORATORS.includes(expression.expression.getText()),
        ),
    )
    .map((method) => ({
      name: `${path} ${method.name.getText()}`,
      returns: method.type?.getText() ?? 'not said',
    }));
}

/** A list of different members of a closed set ends by itself. */
const isClosedSet = (names: string[]): boolean => names.includes('arrayUnique') && names.includes('isIn');

type Class = abstract new (...args: never[]) => unknown;

interface Route {
  name: string;
  scope: unknown;
  inputs: { type: unknown; part: unknown }[];
}

/** What Nest's decorators left on the controllers: `<kind>:<index>` for each parameter, 3 a body, 4 a query. */
function routesOf(app: TestApp): Route[] {
  const controllers = [...app.nest.get(ModulesContainer).values()].flatMap((module) => [
    ...module.controllers.values(),
  ]);
  return controllers.flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((method) => {
      const handler = prototype[method];
      if (!handler || RequestMethod[Reflect.getMetadata('method', handler) as number] === undefined)
        return [];
      const types = (Reflect.getMetadata('design:paramtypes', prototype, method) ?? []) as unknown[];
      const parameters = (Reflect.getMetadata('__routeArguments__', metatype, method) ?? {}) as Record<
        string,
        { index: number; data: unknown }
      >;
      const inputs = Object.entries(parameters)
        .filter(([key]) => /^[34]:/.test(key))
        .map(([, { index, data }]) => ({ type: types[index], part: data }));
      const scope: unknown =
        Reflect.getMetadata(ROUTE_SCOPE, handler) ?? Reflect.getMetadata(ROUTE_SCOPE, metatype);
      return [{ name: `${metatype.name}.${method}`, scope, inputs }];
    });
  });
}

const isClassOfOurs = (type: unknown): type is Class =>
  typeof type === 'function' && ![Object, String, Number, Boolean, Array, Date].includes(type as never);

/** The inputs of all routes and whatever they consist of. */
function inputClasses(app: TestApp): Class[] {
  const found = new Set<Class>();
  const add = (type: unknown): void => {
    if (!isClassOfOurs(type) || found.has(type)) return;
    found.add(type);
    for (const property of propertiesOf(type)) add(nestedType(type, property));
  };
  for (const { inputs } of routesOf(app)) for (const { type } of inputs) add(type);
  return [...found];
}

const validatorsOf = (type: Class) =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);

/** Fields are defined when an object is made, whether they have a value or not. */
const propertiesOf = (type: Class): string[] => Object.keys(Reflect.construct(type, []) as object);

/** What class-transformer makes of an object, or of the members of a list, at this place. */
function nestedType(type: Class, property: string): unknown {
  const kinds = validatorsOf(type)
    .filter(({ propertyName }) => propertyName === property)
    .map(({ name, type: kind }) => name ?? kind);
  if (!kinds.some((kind) => kind === 'nestedValidation' || kind === 'validateNested')) return undefined;
  const isList = Reflect.getMetadata('design:type', type.prototype as object, property) === Array;
  const made = plainToInstance(type as ClassConstructor<Record<string, unknown>>, {
    [property]: isList ? [{}] : {},
  });
  const value = made[property];
  const inner = (Array.isArray(value) ? value[0] : value) as object | undefined;
  if (!isClassOfOurs(inner?.constructor))
    throw new Error(`${type.name}.${property} says not of what class it is`);
  return inner?.constructor;
}

/** Releases in order of their numbers; a pre-release counts as its release. */
function isBelow(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  const differs = [0, 1, 2].find((index) => have?.[index] !== want?.[index]);
  return differs !== undefined && (have?.[differs] ?? 0) < (want?.[differs] ?? 0);
}
