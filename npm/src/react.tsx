'use client'
/**
 * @kbve/locker/react: a locker in React. Every form is a hook first, so that an application can draw its own. Hooks
 * and forms take the locker as an argument, or find that of the nearest `LockerProvider`.
 */
export { LockerProvider, type LockerProviderProps, useLocker } from './react/context.tsx'
export type { FormProps } from './react/frame.tsx'
export { UnlockForm, type UnlockFormProps, type UnlockLabels } from './react/unlock_form.tsx'
export { UptimeBadge, type UptimeBadgeProps, useUptime } from './react/uptime_badge.tsx'
export { type Field, useField } from './react/use_field.ts'
export { type Openable, type UnlockHookOptions, type Unlocking, useUnlock } from './react/use_unlock.ts'
export { useProfile, useStatus, type Watched } from './react/use_values.ts'
