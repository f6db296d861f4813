module.exports = ({ env }) => ({
  connection: {
    client: 'sqlite',
    connection: { filename: env('KBVE_DATABASE') },
    useNullAsDefault: true,
  },
})
