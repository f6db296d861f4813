import type { RestoreReport } from '@kbve/locker'
import { useStore } from '@nanostores/react'
import { type FormEvent, useId, useState } from 'react'
import type { Demo } from '../lockers.ts'
import { ToldLine } from './told_line.tsx'
import { amount, save, useWork } from './use_work.ts'
import '../styles/locker_cards.css'

/** The locker as a file, and a file as the locker. */
export function BackupCard({ demo }: { demo: Demo }) {
  const { state } = useStore(demo.stores.$status)
  const open = state === 'unlocked'
  if (!open && state !== 'absent') return null
  return (
    <section className="card tool" aria-labelledby="backup-title">
      <h3 id="backup-title">Backup</h3>
      {open && <Make demo={demo} />}
      <Restore demo={demo} />
    </section>
  )
}

function Make({ demo }: { demo: Demo }) {
  const { locker, name } = demo
  const work = useWork()
  const slots = useStore(demo.slots.$slots)
  const [code, setCode] = useState('')
  const portable = slots?.some(({ kind }) => kind !== 'device')

  const addCode = () =>
    work.run(async () => {
      const added = await locker.slots.add({ recovery: true }, { label: 'Written down' })
      setCode(added.code)
      await demo.slots.refresh()
      return 'The code opens every backup that is made from now on. It is shown only now.'
    })
  const make = () =>
    work.run(async () => {
      const file = await locker.backup()
      save(file, `${name}.kbve`)
      return `Saved as ${name}.kbve: ${amount(file.size)}, sealed as it lies on the disk.`
    })

  return (
    <div className="tool-part">
      {portable === false && (
        <p className="quiet">
          This browser’s key opens no backup elsewhere, so the locker needs a recovery code first.
        </p>
      )}
      <div className="row">
        <button type="button" className="button" disabled={!portable || work.busy} onClick={make}>
          Save a backup
        </button>
        {portable === false && (
          <button type="button" className="button" disabled={work.busy} onClick={addCode}>
            Make a recovery code
          </button>
        )}
      </div>
      {code && (
        <p>
          Write it down: <code className="recovery-code">{code}</code>
        </p>
      )}
      <ToldLine told={work.told} />
    </div>
  )
}

/** As it is shown: groups of five, and a check symbol at the end. */
const recoveryCode = /^([0-9a-z]{5}[- ]){5}[0-9a-z][0-9a-z*~$=]$/i

function Restore({ demo }: { demo: Demo }) {
  const { locker } = demo
  const id = useId()
  const work = useWork()
  const [file, setFile] = useState<File>()
  const [secret, setSecret] = useState('')
  const [mode, setMode] = useState<'merge' | 'replace'>('merge')
  const [preview, setPreview] = useState<RestoreReport>()

  function restore(dryRun: boolean) {
    if (!file || secret === '') return
    const typed = secret.trim()
    const asked = recoveryCode.test(typed) ? { recovery: typed } : { passphrase: secret }
    void work.run(async (signal) => {
      const report = await locker.restore(file, asked, { mode, dryRun, signal })
      setPreview(dryRun ? report : undefined)
      if (!dryRun) setSecret('')
      return dryRun
        ? 'Nothing is changed yet; this is what would become of it.'
        : `Restored: ${inWords(report)}.`
    })
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    restore(true)
  }

  return (
    <form className="tool-part" onSubmit={submit} aria-label="Restore a backup">
      <div className="row">
        <label className="button file">
          Choose a backup (.kbve)
          <input
            className="visually-hidden"
            type="file"
            accept=".kbve,application/json"
            onChange={(event) => {
              setFile(event.target.files?.[0])
              setPreview(undefined)
              work.clear()
            }}
          />
        </label>
        {file && <span className="kept">{file.name}</span>}
      </div>
      {file && (
        <>
          <div className="field">
            <label htmlFor={`${id}-secret`}>Its passphrase or recovery code</label>
            <input
              id={`${id}-secret`}
              type="password"
              autoComplete="current-password"
              value={secret}
              onChange={(event) => setSecret(event.target.value)}
            />
          </div>
          <fieldset className="tool-modes">
            <legend>What is here already</legend>
            {(['merge', 'replace'] as const).map((one) => (
              <label key={one} className="check">
                <input
                  type="radio"
                  name={`${id}-mode`}
                  checked={mode === one}
                  onChange={() => {
                    setMode(one)
                    setPreview(undefined)
                  }}
                />
                {one === 'merge' ? 'stays where it is newer' : 'goes: exactly the backup'}
              </label>
            ))}
          </fieldset>
          <div className="row">
            <button type="submit" className="button" disabled={work.busy || secret === ''}>
              Preview
            </button>
            <button
              type="button"
              className="button primary"
              disabled={work.busy || !preview}
              onClick={() => restore(false)}
            >
              Restore
            </button>
          </div>
        </>
      )}
      <ToldLine told={work.told} />
      {preview && <Report report={preview} />}
    </form>
  )
}

const words: readonly [keyof RestoreReport, string][] = [
  ['added', 'added'],
  ['changed', 'changed'],
  ['removed', 'removed'],
  ['unchanged', 'left as it is'],
  ['damaged', 'damaged in the file'],
  ['unfit', 'not of this application'],
]

function inWords(report: RestoreReport): string {
  const told = words.flatMap(([kind, word]) =>
    report[kind].length > 0 ? [`${report[kind].length} ${word}`] : [],
  )
  return told.join(', ') || 'there was nothing in it'
}

function Report({ report }: { report: RestoreReport }) {
  return (
    <dl className="report">
      {words.map(
        ([kind, word]) =>
          report[kind].length > 0 && (
            <div key={kind}>
              <dt>{word}</dt>
              <dd>{report[kind].join(', ')}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
