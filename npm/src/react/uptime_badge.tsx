/** How services do, as a badge. */
import { type JSX, useCallback, useSyncExternalStore } from 'react'
import type { BadgeOptions, ServiceUptime, Uptime } from '../uptime/types.ts'

/** All services of `uptime`; looking at them goes on as long as the component is there. */
export function useUptime(uptime: Uptime): readonly ServiceUptime[] {
  const subscribe = useCallback((tell: () => void) => uptime.subscribe(tell), [uptime])
  return useSyncExternalStore(
    subscribe,
    () => uptime.services,
    () => uptime.initial,
  )
}

/** What `UptimeBadge` takes. */
export interface UptimeBadgeProps extends BadgeOptions {
  uptime: Uptime
  /** Its name; the first one, if not said. */
  service?: string
  className?: string
}

/** The badge of a service as inline SVG, with a name for those who hear it. */
export function UptimeBadge(props: UptimeBadgeProps): JSX.Element {
  const { uptime, className, over, service = uptime.initial[0]?.name ?? '', label = service } = props
  const services = useUptime(uptime)
  const svg = services === uptime.initial ? '' : uptime.badgeSvg(service, over ? { label, over } : { label })
  return svg ? (
    // biome-ignore lint/security/noDangerouslySetInnerHtml: the core made it, and escaped the label
    <span className={className} dangerouslySetInnerHTML={{ __html: svg }} />
  ) : (
    <span className={className}>{`${label}: …`}</span>
  )
}
