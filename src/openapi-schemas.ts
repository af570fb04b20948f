export type Json = Record<string, unknown>;
export type Schemas = Record<string, Json & { required?: string[]; properties?: Record<string, Json> }>;
/** For each class its fields as they are declared; the generator begins with those that are decorated. */
export type FieldOrder = Record<string, object>;

/** Inputs refuse names that they do not know; fields of answers have the format that their names promise. */
export function settleSchemas(schemas: Schemas, order: FieldOrder): void {
  const formats = new Map<string, unknown>();
  const inputs = Object.entries(schemas).filter(([name]) => name.endsWith('Dto'));
  for (const [, schema] of inputs) {
    schema['additionalProperties'] = false;
    for (const [name, { format }] of Object.entries(schema.properties ?? {})) {
      if (format !== undefined) formats.set(name, format);
    }
  }
  for (const { properties = {} } of Object.values(schemas)) {
    for (const [name, schema] of Object.entries(properties)) {
      const format =
        formats.get(name) ?? (name === 'id' ? 'uuid' : /(^a|[a-z]A)t$/.test(name) && 'date-time');
      if (schema['type'] === 'string' && format) schema['format'] ??= format;
    }
  }
  for (const [name, schema] of Object.entries(schemas)) {
    const { properties } = schema;
    const declared = Object.keys(order[name] ?? {});
    if (properties) {
      const own = declared.flatMap((field) => (properties[field] ? [[field, properties[field]]] : []));
      schema.properties = { ...(Object.fromEntries(own) as typeof properties), ...properties };
      schema.required =
        schema.required && Object.keys(schema.properties).filter((field) => schema.required?.includes(field));
    }
    // The first field of this list described itself, not the list.
    if (schema['enum']) delete schema['description'];
  }
}

/** OpenAPI 3.1 lets a reference have neighbours, so that it needs no wrapping. */
export function withoutDetours(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDetours);
  if (typeof node !== 'object' || node === null) return node;
  const { allOf, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withoutDetours(value)]),
  );
  if (Array.isArray(allOf) && allOf.length === 1) return { ...rest, ...(allOf[0] as object) };
  return allOf === undefined ? rest : { ...rest, allOf };
}

/** Only what something refers to stays, by name. */
export function keepUsed(document: { components: Json }): void {
  const used = new Set<string>();
  const follow = (node: unknown): void => {
    for (const [, path = ''] of JSON.stringify(node ?? null).matchAll(/"#\/components\/([^"]+)"/g)) {
      if (used.has(path)) continue;
      used.add(path);
      const [kind = '', name = ''] = path.split('/');
      follow((document.components[kind] as Json)[name]);
    }
  };
  follow({ ...document, components: undefined });
  for (const [kind, named] of Object.entries(document.components)) {
    if (kind === 'securitySchemes') continue;
    document.components[kind] = sorted(
      Object.fromEntries(Object.entries(named as Json).filter(([name]) => used.has(`${kind}/${name}`))),
    );
  }
}

export const sorted = <T>(named: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
