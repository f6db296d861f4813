/** What `strapi start` does, without the command line, which wants the panel's React too. */
const { createStrapi } = require('@strapi/core')

createStrapi({ appDir: __dirname, distDir: __dirname }).start()
