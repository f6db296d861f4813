/** No panel: the server then starts without the minutes of building one. */
module.exports = ({ env }) => ({
  serveAdminPanel: false,
  auth: { secret: env('KBVE_SECRET') },
  apiToken: { salt: env('KBVE_SECRET') },
  transfer: { token: { salt: env('KBVE_SECRET') } },
  secrets: { encryptionKey: env('KBVE_SECRET') },
  flags: { nps: false, promoteEE: false },
})
