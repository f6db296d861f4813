import { useUptime } from '@kbve/locker/react'
import { useStore } from '@nanostores/react'
import { useMemo } from 'react'
import { RoomIntro } from '../components/room_intro.tsx'
import { AddressForm } from './address_form.tsx'
import { ServiceCard } from './service_card.tsx'
import { $entries, type Entry, uptimeOf } from './services.ts'
import '../styles/uptime.css'

/** Whether services answer, seen from this browser. */
export function UptimeRoom() {
  const entries = useStore($entries)
  return (
    <>
      <RoomIntro
        title="Whether a service answers"
        lead="As long as this room is open in a visible tab, each address is asked about once a minute, without cookies and without saying where from. What was seen is kept in this browser, for thirty days."
      />
      <AddressForm />
      {entries.length === 0 ? (
        <p className="card quiet">Nothing is looked at. Name an address above.</p>
      ) : (
        <Services entries={entries} />
      )}
    </>
  )
}

function Services({ entries }: { entries: readonly Entry[] }) {
  const uptime = useMemo(() => uptimeOf(entries), [entries])
  const services = useUptime(uptime)
  return (
    <div className="services">
      {services.map((service, at) => {
        const entry = entries[at]
        return entry && <ServiceCard key={service.name} uptime={uptime} service={service} entry={entry} />
      })}
    </div>
  )
}
