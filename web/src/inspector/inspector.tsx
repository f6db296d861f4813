import { inspectLocker, type LockerInspection } from '@kbve/locker/inspect'
import { useStore } from '@nanostores/react'
import { useEffect, useMemo, useState } from 'react'
import { Gate } from '../components/gate.tsx'
import { diskStore } from '../disk/disk_store.ts'
import type { Disk } from '../disk/read_disk.ts'
import type { Demo } from '../lockers.ts'
import '../styles/inspector.css'
import { ByteView, type Chosen } from './byte_view.tsx'
import { cookiesNamed } from './cookie_fields.ts'
import { cookieName, cookiesOf } from './demo_cookies.ts'
import { EventLog } from './event_log.tsx'
import { type Field, offsetOf, type Section } from './fields.ts'
import { type Flip, turned } from './flip.ts'
import { type Candidate, FlipCard } from './flip_card.tsx'
import { PartList } from './part_list.tsx'
import { groupsOf, type Part } from './parts.ts'
import { TabsCard } from './tabs_card.tsx'
import { useFlips } from './use_flips.ts'

/** A locker of the page taken apart. */
export function Inspector({ demo }: { demo: Demo }) {
  const { $disk, refresh } = useMemo(() => diskStore(demo), [demo])
  const disk = useStore($disk)
  const { state } = useStore(demo.stores.$status)
  if (!disk || (!disk.header && state === 'opening')) return <p className="card quiet">Reading…</p>
  if (!disk.header) {
    return (
      <div className="side">
        <h2>Nothing of this locker lies on this disk yet</h2>
        <Gate demo={demo} />
      </div>
    )
  }
  return <Parts demo={demo} disk={disk} refresh={refresh} />
}

interface PartsProps {
  demo: Demo
  disk: Disk
  refresh: () => Promise<void>
}

function Parts({ demo, disk, refresh }: PartsProps) {
  const inspection = useInspection(demo, disk)
  const [cookieText, setCookieText] = useState(() => document.cookie)
  const look = useMemo(
    () => async () => {
      setCookieText(document.cookie)
      await refresh()
    },
    [refresh],
  )
  const flips = useFlips(demo, look)
  const groups = useMemo(() => {
    // The jar is read again when its text is another one.
    return groupsOf(disk, inspection, cookieText ? cookiesNamed([cookieName(demo)]) : [])
  }, [disk, inspection, cookieText, demo])
  const parts = groups.flatMap((group) => group.parts)
  const [wanted, setWanted] = useState('')
  const part =
    parts.find(({ id }) => id === wanted) ?? parts.find(({ id }) => id.startsWith('record/')) ?? parts[0]
  const [chosen, setChosen] = useState<Chosen>()
  // It takes the cookies along when the locker is destroyed from here on.
  useEffect(() => void cookiesOf(demo), [demo])
  if (!part) return null
  const sections = part.sections()
  const candidate = candidateOf(demo, disk, part, sections, chosen)
  return (
    <div className="inspector">
      <PartList
        groups={groups}
        shown={part.id}
        show={(id) => {
          setWanted(id)
          setChosen(undefined)
        }}
        sealCookie={demo.locker.status.state === 'unlocked' ? flips.sealCookie : undefined}
      />
      <section className="card part" aria-labelledby="part-title">
        <h2 id="part-title">
          {part.title} {part.damaged && <span className="tag bad">damaged</span>}
        </h2>
        <dl className="facts">
          {part.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <ByteView
          title={part.title}
          sections={sections}
          chosen={chosen}
          choose={setChosen}
          isFlipped={(field, index) => {
            const at = indexOnDisk(field, sections, index)
            return flips.flips.some(
              ({ place, index: flipped }) =>
                at === flipped && JSON.stringify(place) === JSON.stringify(placeOf(field)),
            )
          }}
        >
          <FlipCard demo={demo} flips={flips} candidate={candidate} />
        </ByteView>
      </section>
      <div className="side">
        <TabsCard disk={disk} />
        <EventLog demo={demo} database={disk.database} />
      </div>
    </div>
  )
}

/** What the package itself tells, read again whenever the disk or the state is another one. */
function useInspection(demo: Demo, disk: Disk): LockerInspection | undefined {
  const [inspection, setInspection] = useState<LockerInspection>()
  const { state, damaged, integrity } = useStore(demo.stores.$status)
  // biome-ignore lint/correctness/useExhaustiveDependencies: they say when to look again
  useEffect(() => {
    let current = true
    void inspectLocker(demo.locker).then((found) => current && setInspection(found))
    return () => {
      current = false
    }
  }, [demo, disk, state, damaged, integrity])
  return inspection
}

/** A cookie's parts begin somewhere in one text; that is no part of the place. */
function placeOf({ place }: Field): Flip['place'] | undefined {
  return place?.store === 'cookie' ? { ...place, path: [] } : place
}

/** Which byte of what is stored this is; -1 for one that lies nowhere. */
function indexOnDisk(field: Field, sections: readonly Section[], index: number): number {
  const { place, lead, bytes, text } = field
  if (!place || index < lead) return -1
  if (place.store === 'cookie') return Number(place.path[0]) + index
  // A number lies there as a number: its lowest byte is the one that is changed.
  const isNumber = lead === 0 && bytes.length === 8 && text !== undefined
  if (isNumber) return index === 7 ? 0 : -1
  return index - lead + offsetOf(field, sections)
}

function candidateOf(
  { name }: Demo,
  { database }: Disk,
  part: Part,
  sections: readonly Section[],
  chosen: Chosen | undefined,
): Candidate | undefined {
  const field = sections
    .find(({ id }) => id === chosen?.section)
    ?.fields.find(({ id }) => id === chosen?.field)
  const byte = chosen && field?.bytes[chosen.index]
  if (!field || byte === undefined || !chosen || !database) return undefined
  const index = indexOnDisk(field, sections, chosen.index)
  const place = placeOf(field)
  const title = part.title
  if (!place || index < 0 || part.id.startsWith('journal/'))
    return { field, title, byte, flip: undefined, why: whyNot(field, part) }
  const id = `${Date.now()}-${part.id}-${index}`
  const flip = {
    id,
    lockerName: name,
    database,
    place,
    title,
    index,
    before: byte,
    after: turned(byte, place.store),
  }
  return { field, title, byte, flip, why: '' }
}

function whyNot(field: Field, part: Part): string {
  if (part.id.startsWith('journal/'))
    return 'It is on its way to the main database; change it when it has arrived.'
  if (field.implied || !field.place) {
    return field.implied
      ? 'This lies nowhere on the disk: it is put in when sealing and opening, so it cannot be changed there.'
      : 'It is a name by which the record is found; changing it would only hide it. Choose another field.'
  }
  return 'This is a length or the high part of a number. Choose the last byte of a number, or a byte behind the length.'
}
