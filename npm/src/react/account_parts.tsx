/** What the forms about an account share. */
import type { LockerError } from '../errors.ts'
import type { FormProps } from './frame.tsx'
import type { UnlockLabels } from './unlock_form.tsx'
import type { AccountHookOptions } from './use_account.ts'

/** The person's name for signing in. */
export type IdentityField = 'email' | 'username' | 'phone'

/** Every text of the forms about an account. */
export interface AccountLabels {
  email: string
  username: string
  phone: string
  name: string
  password: string
  again: string
  /** Of the box that shows what is typed. */
  show: string
  code: string
  signIn: string
  register: string
  verify: string
  setUp: string
  confirm: string
  cancel: string
  resend: string
  startOver: string
  /** What that does, said before it is done. */
  startOverWarning: string
  looking: string
  asking: string
  /** Said when the person has given up. */
  stopped: string
  differ: string
  missing: string
  /** Said when the account is there and its address has still to be confirmed. */
  confirmation: (sentTo: string | undefined) => string
  resent: string
  /** How to give the authenticator application what it wants: with a picture, and without. */
  scan: string
  typeKey: string
  picture: string
  /** The locker is shut, and the account's password does not open it. */
  locked: string
  wait: (seconds: number) => string
}

export const english: AccountLabels = {
  email: 'Email',
  username: 'Username',
  phone: 'Phone',
  name: 'Name',
  password: 'Password',
  again: 'The same once more',
  show: 'Show it',
  code: 'Code of your authenticator application',
  signIn: 'Sign in',
  register: 'Create the account',
  verify: 'Verify',
  setUp: 'Set up an authenticator application',
  confirm: 'Confirm',
  cancel: 'Cancel',
  resend: 'Send it again',
  startOver: 'Start over with an empty locker',
  startOverWarning: 'Everything that is only in this locker is deleted. This cannot be undone.',
  looking: 'Looking who is signed in…',
  asking: 'Asking the server…',
  stopped: 'Stopped.',
  differ: 'The two passwords differ. Type the same one twice.',
  missing: 'Fill in this field first.',
  confirmation: (sentTo) =>
    sentTo
      ? `A message was sent to ${sentTo}. Follow it, and then sign in.`
      : 'A message was sent to you. Follow it, and then sign in.',
  resent: 'It was sent again.',
  scan: 'Scan this with the application, or type the key into it, and then its first code here.',
  typeKey: 'Type this key into the application, and then its first code here.',
  picture: 'QR code for the authenticator application',
  locked: 'You are signed in, and the locker on this device is still shut. Open it with what opened it last.',
  wait: (seconds) => `You can try again in ${seconds} s.`,
}

/** What the forms about an account take, beside everything that `<form>` takes. */
export interface AccountFormProps extends FormProps, AccountHookOptions {
  labels?: Partial<AccountLabels> | undefined
  /** Of the form that opens a locker which is still shut after signing in. */
  unlockLabels?: Partial<UnlockLabels> | undefined
  /** What is said of an error; its message if not given. */
  describe?: ((error: LockerError) => string) | undefined
}

/** The hook's part of the properties, the form's own, and what is left for the `<form>`. */
export function parted<P extends AccountFormProps>(props: P) {
  const { auth, clock, identity, labels, unlockLabels, describe, ...form } = props
  const hook: AccountHookOptions = { auth, clock, ...(identity ? { identity } : {}) }
  const text: AccountLabels = { ...english, ...labels }
  const say = (error: LockerError) => (describe ? describe(error) : error.message)
  return { hook, text, unlockLabels, say, form }
}

/** The field that an error is about. */
export function fieldOf(error: LockerError, usual: string): string | undefined {
  if (error.field) return error.field
  const { fields } = error as { fields?: readonly string[] }
  if (fields?.[0]) return fields[0]
  if (error.code === 'weak_password') return 'password'
  return ['invalid_credentials', 'invalid_input', 'user_exists', 'mfa_invalid'].includes(error.code)
    ? usual
    : undefined
}

/** How a field for signing in is typed and filled. */
export const identityInput = {
  email: { type: 'email', autoCapitalize: 'none', spellCheck: false },
  username: { type: 'text', autoCapitalize: 'none', spellCheck: false },
  phone: { type: 'tel' },
} as const
