import { useStore } from '@nanostores/react'
import { type ReactNode, useEffect, useRef } from 'react'
import { $place } from '../address.ts'

interface Props {
  title: string
  lead: ReactNode
  children?: ReactNode
}

/** What a room begins with. Whoever came by a link is taken to its heading, which is then read aloud. */
export function RoomIntro({ title, lead, children }: Props) {
  const { arrived } = useStore($place)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (arrived) heading.current?.focus({ preventScroll: true })
  }, [arrived])
  return (
    <div className="intro">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className="lead">{lead}</p>
      {children}
    </div>
  )
}
