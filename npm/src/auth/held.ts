/** What of the machine's state is read here. It is written by the core alone, and sealed as it is. */
import type { MachineState, Proof, Session } from './types.ts'

export interface HeldState {
  readonly phase?: string
  readonly session?: Session
  /** When the session came, milliseconds since 1970. */
  readonly receivedAt?: number
  /** The lease of a refresh. */
  readonly refreshing?: Lease
  /** Milliseconds. */
  readonly ahead?: number
  readonly behind?: number
  readonly bind?: boolean
  readonly boundTo?: string
}

export interface Lease {
  readonly id: number
  readonly tab: string
  readonly until: number
}

export function heldIn(state: MachineState | undefined): HeldState {
  return (state ?? {}) as HeldState
}

/** What the backend's clock is ahead, in milliseconds. */
export function skewOf(state: MachineState | undefined): number {
  const { ahead = 0, behind = 0 } = heldIn(state)
  return ahead - behind
}

/** What requests prove themselves with; nothing where nobody is signed in. */
export function proofIn(state: MachineState | undefined): Proof | undefined {
  const { phase, session } = heldIn(state)
  return phase === 'signed-in' || phase === 'mfa-required' ? session?.proof : undefined
}
