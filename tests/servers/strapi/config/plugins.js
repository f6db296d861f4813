/** What tools/servers/strapi.mjs says: KBVE_MODE is legacy, body or cookie; KBVE_RATE is how many a minute. */
module.exports = ({ env }) => {
  const mode = env('KBVE_MODE')
  return {
    'users-permissions': {
      config: {
        jwtSecret: env('KBVE_SECRET'),
        jwtManagement: mode === 'legacy' ? 'legacy-support' : 'refresh',
        sessions: {
          accessTokenLifespan: env.int('KBVE_ACCESS_SECONDS'),
          httpOnly: mode === 'cookie',
          // Over http:// on this machine a cookie for https:// alone would be refused.
          cookie: { secure: false },
        },
        ratelimit: { interval: 60_000, max: env.int('KBVE_RATE') },
      },
    },
  }
}
