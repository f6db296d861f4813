'use client'
import { LockerProvider, useField, useStatus } from '@kbve/locker/react'
import { useStore } from '@nanostores/react'
import { useEffect } from 'react'
import { jobs } from '../src/job.js'

const { locker, stores, ...job } = jobs()

export function Profile() {
  // After hydration, as a visitor's click would come.
  useEffect(() => {
    globalThis.package = job
  }, [])
  return (
    <LockerProvider locker={locker}>
      <Fields />
    </LockerProvider>
  )
}

function Fields() {
  const { state } = useStatus()
  const { username } = useStore(stores.$profile, { ssr: 'initial' })
  const { draft, setDraft, commit } = useField('email')
  return (
    <form>
      <output>{`${state}|${username}`}</output>
      <label>
        Email <input value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={commit} />
      </label>
    </form>
  )
}
