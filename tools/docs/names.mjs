/** For TypeDoc: calls each module what one imports, not after its file. */
export function load(app) {
  app.converter.on('resolveBegin', ({ project }) => {
    for (const module of project.children ?? [])
      module.name = module.name === 'index' ? '@kbve/locker' : `@kbve/locker/${module.name}`
  })
}
