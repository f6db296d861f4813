// Nothing here is for the package.
export default {}
