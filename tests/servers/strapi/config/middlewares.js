module.exports = [
  'strapi::logger',
  'strapi::errors',
  'strapi::security',
  {
    name: 'strapi::cors',
    // The last one asks for the httpOnly cookie; Strapi's own list has not got it.
    config: {
      headers: ['Content-Type', 'Authorization', 'Origin', 'Accept', 'x-strapi-refresh-cookie'],
    },
  },
  'strapi::query',
  'strapi::body',
  // Signing in at a provider is kept in it.
  'strapi::session',
  'strapi::favicon',
  'strapi::public',
]
