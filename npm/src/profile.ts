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

/** What is wrong with a field of the schema, if anything. */
function mistakeIn(name: string, field: SchemaField): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name))
    return 'is not a field name; use letters, digits and _, a letter first'
  if (name === 'status' || name === 'profile')
    return 'is taken by the stores $status and $profile; choose another'
  if (Object.hasOwn(initialProfile, name)) return 'is a field of every locker already'
  switch (field?.type) {
    case 'number':
    case 'boolean':
      return
    case 'string':
      if (field.maxBytes === undefined || (Number.isSafeInteger(field.maxBytes) && field.maxBytes > 0)) return
      return 'needs as maxBytes a whole number above 0'
    case 'enum': {
      const { values } = field
      if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string'))
        return
      return 'needs values, a list of at least one text'
    }
    default:
      return 'needs a type, one of string, number, boolean, enum'
  }
}

/** Checks the schema (a mistake in it is a `TypeError`) and puts both kinds of fields together. */
export function fieldsOf(schema: Schema = {}, validate = true): Fields {
  const initial: Record<string, unknown> = { ...initialProfile }
  const fields: object[] = []
  for (const [name, field] of Object.entries(schema)) {
    const mistake = mistakeIn(name, field)
    if (mistake) throw new TypeError(`schema: "${name}" ${mistake}.`)
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
