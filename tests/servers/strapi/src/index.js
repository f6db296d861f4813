const { appendFileSync } = require('node:fs')

/** Mails go into a file, one JSON a line; with KBVE_CONFIRM new accounts have to open theirs. */
module.exports = {
  async bootstrap({ strapi }) {
    strapi.plugin('email').provider = {
      send: async (mail) => appendFileSync(process.env.KBVE_MAILS, `${JSON.stringify(mail)}\n`),
    }
    const store = strapi.store({ type: 'plugin', name: 'users-permissions' })
    const advanced = await store.get({ key: 'advanced' })
    await store.set({
      key: 'advanced',
      value: {
        ...advanced,
        email_confirmation: process.env.KBVE_CONFIRM === 'true',
        email_confirmation_redirection: 'http://localhost:3000/confirmed',
        email_reset_password: 'http://localhost:3000/reset',
      },
    })
    if (process.env.KBVE_UPDATE !== 'true') return
    const roles = strapi.db.query('plugin::users-permissions.role')
    const role = await roles.findOne({ where: { type: 'authenticated' } })
    const action = 'plugin::users-permissions.user.update'
    const permissions = strapi.db.query('plugin::users-permissions.permission')
    if (!(await permissions.findOne({ where: { action } }))) {
      await permissions.create({ data: { action, role: role.id } })
    }
  },
}
