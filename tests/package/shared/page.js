/** The page of every bundler: React over the same locker, and the jobs where the test finds them. */
import { LockerProvider, useField, useProfile } from '@kbve/locker/react'
import { useStore } from '@nanostores/react'
import { createElement as h } from 'react'
import { createRoot } from 'react-dom/client'
import { jobs } from './job.js'

const job = jobs()

function View() {
  const { username } = useProfile()
  const { draft, setDraft, commit } = useField('email')
  const theme = useStore(job.stores.$theme)
  const onChange = (event) => setDraft(event.target.value)
  return h(
    'form',
    null,
    h('output', null, `${username}|${theme}`),
    h('label', null, 'Email', h('input', { value: draft, onChange, onBlur: commit })),
  )
}

globalThis.package = {
  ...job,
  show() {
    const root = createRoot(document.body.appendChild(document.createElement('main')))
    root.render(h(LockerProvider, { locker: job.locker }, h(View)))
  },
}
