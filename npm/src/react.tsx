'use client'
export type { AccountFormProps, AccountLabels, IdentityField } from './react/account_parts.tsx'
/**
 * @kbve/locker/react: a locker in React. Every form is a hook first, so that an application can draw its own. Hooks
 * and forms take the locker as an argument, or find that of the nearest `LockerProvider`.
 */
export { LockerProvider, type LockerProviderProps, useAuth, useLocker } from './react/context.tsx'
export type { FormProps } from './react/frame.tsx'
export { MfaForm, type MfaFormProps } from './react/mfa_form.tsx'
export { type RegisterField, RegisterForm, type RegisterFormProps } from './react/register_form.tsx'
export { SignInForm, type SignInFormProps } from './react/sign_in_form.tsx'
export { UnlockForm, type UnlockFormProps, type UnlockLabels } from './react/unlock_form.tsx'
export { UptimeBadge, type UptimeBadgeProps, useUptime } from './react/uptime_badge.tsx'
export {
  type Account,
  type AccountHookOptions,
  type AccountTask,
  useRegister,
  useSignIn,
} from './react/use_account.ts'
export { type Field, useField } from './react/use_field.ts'
export { type MfaInput, type MultiFactor, useMfa } from './react/use_mfa.ts'
export { useSession } from './react/use_session.ts'
export { type Openable, type UnlockHookOptions, type Unlocking, useUnlock } from './react/use_unlock.ts'
export { useProfile, useStatus, type Watched } from './react/use_values.ts'
