import { suite as attempts } from './attempts.ts'
import { suite as authAccount } from './auth_account.ts'
import { suite as authAppwrite } from './auth_appwrite.ts'
import { suite as authDoor } from './auth_door.ts'
import { suite as authFetch } from './auth_fetch.ts'
import { suite as authFixtures } from './auth_fixtures.ts'
import { suite as authGiveUp } from './auth_give_up.ts'
import { suite as authGotrue } from './auth_gotrue.ts'
import { suite as authNames } from './auth_names.ts'
import { suite as authStores } from './auth_stores.tsx'
import { suite as authStrapi } from './auth_strapi.ts'
import { suite as authView } from './auth_view.ts'
import { suite as authWounds } from './auth_wounds.ts'
import { suite as backup } from './backup.ts'
import { suite as badFields } from './bad_fields.ts'
import { suite as badHeader } from './bad_header.ts'
import { suite as badRecords } from './bad_records.ts'
import { suite as closing } from './closing.ts'
import { suite as cookies } from './cookies.ts'
import { suite as cookiesJar } from './cookies_jar.ts'
import { suite as cookiesLocker } from './cookies_locker.ts'
import { suite as cookiesPeers } from './cookies_peers.ts'
import { suite as cookiesServer } from './cookies_server.ts'
import { suite as importSafety } from './import_safety.ts'
import { suite as inspect } from './inspect.ts'
import { suite as inspectSecret } from './inspect_secret.ts'
import { suite as interop } from './interop.ts'
import { suite as joseInterop } from './jose_interop.ts'
import { suite as joseKeys } from './jose_keys.ts'
import { suite as joseReading } from './jose_reading.ts'
import { suite as joseRemote } from './jose_remote.ts'
import { suite as joseTokens } from './jose_tokens.ts'
import { suite as largeEntries } from './large_entries.ts'
import { suite as largeOrder } from './large_order.ts'
import { suite as lateEntries } from './late_entries.ts'
import { suite as lockerStates } from './locker_states.ts'
import { suite as lockerWork } from './locker_work.ts'
import { suite as migration } from './migration.ts'
import { suite as movedRecords } from './moved_records.ts'
import { suite as nanostores } from './nanostores.ts'
import { suite as passkeys } from './passkeys.ts'
import { suite as persistent } from './persistent.ts'
import { suite as react } from './react.tsx'
import { suite as rekey } from './rekey.ts'
import { suite as repair } from './repair.ts'
import { suite as repairTabs } from './repair_tabs.ts'
import { suite as restore } from './restore.ts'
import { suite as restoreLarge } from './restore_large.ts'
import { suite as restoreVersions } from './restore_versions.ts'
import { suite as restoreWitness } from './restore_witness.ts'
import { suite as separate } from './separate_lockers.ts'
import { suite as slotTrouble } from './slot_trouble.ts'
import { suite as slots } from './slots.ts'
import { suite as tabs } from './tabs.ts'
import { suite as timeToLive } from './time_to_live.ts'
import { suite as uptime } from './uptime.ts'
import { suite as wasmSources } from './wasm_sources.ts'
import { suite as witness } from './witness.ts'

export const suites = {
  locker_work: lockerWork,
  locker_states: lockerStates,
  nanostores,
  persistent,
  react,
  auth_stores: authStores,
  interop,
  late_entries: lateEntries,
  large_entries: largeEntries,
  large_order: largeOrder,
  time_to_live: timeToLive,
  migration,
  bad_fields: badFields,
  bad_records: badRecords,
  moved_records: movedRecords,
  bad_header: badHeader,
  witness,
  repair,
  repair_tabs: repairTabs,
  separate_lockers: separate,
  slots,
  slot_trouble: slotTrouble,
  passkeys,
  attempts,
  closing,
  rekey,
  tabs,
  backup,
  restore,
  restore_witness: restoreWitness,
  restore_large: restoreLarge,
  restore_versions: restoreVersions,
  cookies,
  cookies_jar: cookiesJar,
  cookies_locker: cookiesLocker,
  cookies_server: cookiesServer,
  cookies_peers: cookiesPeers,
  jose_tokens: joseTokens,
  jose_reading: joseReading,
  jose_keys: joseKeys,
  jose_interop: joseInterop,
  jose_remote: joseRemote,
  auth_door: authDoor,
  uptime,
  auth_gotrue: authGotrue,
  auth_strapi: authStrapi,
  auth_appwrite: authAppwrite,
  auth_wounds: authWounds,
  auth_fetch: authFetch,
  auth_give_up: authGiveUp,
  auth_names: authNames,
  auth_account: authAccount,
  auth_view: authView,
  auth_fixtures: authFixtures,
  wasm_sources: wasmSources,
  inspect,
  inspect_secret: inspectSecret,
  import_safety: importSafety,
}
