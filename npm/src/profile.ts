/** The kbveLocker profile and an application's own fields: names, types and initial values. The rules are the core's. */

/** What every locker holds. Every text starts as `''`, the theme as `'auto'`. */
export type kbveLocker = {
  username: string
  phone: string
  last: string
  uuid: string
  avatar: string
  github: string
  instagram: string
  email: string
  theme: 'dark' | 'light' | 'auto'
}

/** A field of the application: it starts as `''`, `0`, `false` or the first of `values`. */
export type SchemaField =
  | { readonly type: 'string'; readonly maxBytes?: number }
  | { readonly type: 'number' }
  | { readonly type: 'boolean' }
  | { readonly type: 'enum'; readonly values: readonly [string, ...string[]] }

/** The application's fields by name. */
export type Schema = { readonly [field: string]: SchemaField }

/** The type of a field's value. */
export type FieldValue<F extends SchemaField> = F extends { type: 'enum'; values: readonly (infer V)[] }
  ? V
  : F extends { type: 'number' }
    ? number
    : F extends { type: 'boolean' }
      ? boolean
      : string

/** The profile with the application's fields. */
export type ProfileOf<S extends Schema> = string extends keyof S
  ? kbveLocker
  : kbveLocker & { -readonly [K in keyof S]: FieldValue<S[K]> }

const themes = ['dark', 'light', 'auto']

const initialProfile: kbveLocker = {
  username: '',
  phone: '',
  last: '',
  uuid: '',
  avatar: '',
  github: '',
  instagram: '',
  email: '',
  theme: 'auto',
}

/** What the locker needs to know of its fields. */
export interface Fields {
  /** Frozen. */
  readonly initial: Readonly<Record<string, unknown>>
  /** For the core. */
  readonly schemaJson: string
  /** Whether a value read from outside the seal has at least the field's type. */
  plausible(field: string, value: unknown): boolean
}

function initialOf(field: SchemaField): unknown {
  if (field.type === 'string') return ''
  if (field.type === 'number') return 0
  if (field.type === 'boolean') return false
  return field.values[0]
}

function checkField(name: string, field: SchemaField): void {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name)) {
    throw new TypeError(`schema: "${name}" is not a field name; use letters, digits and _, a letter first.`)
  }
  if (name === 'status' || name === 'profile') {
    throw new TypeError(`schema: "${name}" is taken by the stores $status and $profile; choose another name.`)
  }
  if (Object.hasOwn(initialProfile, name))
    throw new TypeError(`schema: every locker has a field "${name}" already.`)
  const type: string | undefined = field?.type
  if (type === undefined || !['string', 'number', 'boolean', 'enum'].includes(type)) {
    throw new TypeError(`schema: the type of "${name}" is one of string, number, boolean, enum.`)
  }
  if (field.type === 'enum') {
    const { values } = field
    if (
      !Array.isArray(values) ||
      values.length === 0 ||
      !values.every((value) => typeof value === 'string')
    ) {
      throw new TypeError(`schema: "${name}" needs values, a list of at least one text.`)
    }
  }
  if (field.type === 'string' && field.maxBytes !== undefined) {
    if (!Number.isSafeInteger(field.maxBytes) || field.maxBytes < 1) {
      throw new TypeError(`schema: maxBytes of "${name}" is a whole number above 0.`)
    }
  }
}

/** Checks the schema (a mistake in it is a `TypeError`) and puts both kinds of fields together. */
export function fieldsOf(schema: Schema = {}, validate = true): Fields {
  const initial: Record<string, unknown> = { ...initialProfile }
  const fields: object[] = []
  for (const [name, field] of Object.entries(schema)) {
    checkField(name, field)
    initial[name] = initialOf(field)
    fields.push({ name, ...field })
  }
  return {
    initial: Object.freeze(initial),
    schemaJson: JSON.stringify({ fields, validate }),
    plausible(name, value) {
      if (!Object.hasOwn(initial, name) || typeof value !== typeof initial[name]) return false
      if (name === 'theme') return themes.includes(value as string)
      const field = schema[name]
      return field?.type !== 'enum' || field.values.includes(value as string)
    },
  }
}
