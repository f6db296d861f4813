/** What the toolchain is made of. A change here makes a new Debian root, since its name is the hash of this. */

export const suite = 'forky'
export const llvm = '21'

export const packages = [
  'emscripten',
  'cmake',
  'ninja-build',
  `clang-${llvm}`,
  `clang-tidy-${llvm}`,
  `clang-format-${llvm}`,
  `libclang-rt-${llvm}-dev`,
  `llvm-${llvm}`,
  'libstdc++-15-dev',
  'golang-github-c2sp-wycheproof-dev',
  'python3-cryptography-vectors',
  'dpkg-dev',
  'xz-utils',
  'ca-certificates',
]

/**
 * Third-party sources. `archives` are accepted by hash alone, wherever they come from; cmake/dependencies.cmake
 * pins the same upstream ones. `debian` is the Debian source package whose .orig tarball is tried first.
 */
export const sources = [
  {
    name: 'LIBSODIUM',
    version: '1.0.22',
    debian: 'libsodium',
    upstream: 'https://github.com/jedisct1/libsodium/archive/refs/tags/1.0.22-RELEASE.tar.gz',
    archives: ['5838bb0c3da6148c24ebe531d1ed1297de9a87aea77d426bcd99f289e681631c'],
  },
  {
    name: 'BEARSSL',
    version: '0.6',
    debian: 'bearssl',
    upstream: 'https://bearssl.org/bearssl-0.6.tar.gz',
    archives: [
      '6705bba1714961b41a728dfc5debbe348d2966c117649392f8c8139efc83ff14',
      // Debian's repack of the same release, without its prebuilt files.
      '102a625bd8f6155260867a50c508df8d8c3f796985dd744df1a68e5cd1a79004',
    ],
  },
  {
    name: 'NLOHMANN_JSON',
    version: '3.11.3',
    debian: 'nlohmann-json3',
    upstream: 'https://github.com/nlohmann/json/archive/refs/tags/v3.11.3.tar.gz',
    archives: ['0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406'],
  },
  {
    name: 'GOOGLETEST',
    version: '1.18.0',
    debian: 'googletest',
    upstream: 'https://github.com/google/googletest/archive/refs/tags/v1.18.0.tar.gz',
    archives: ['b9cf3c3d06dbae3eeca671e2a3ea33f3749e23eaa1389cd92c9d0a575e146128'],
  },
]

/** Folders of the two Debian packages that hold test vectors. */
export const vectorFolders = {
  KBVE_WYCHEPROOF_DIR: 'usr/share/gocode/src/github.com/c2sp/wycheproof/testvectors_v1',
  KBVE_CAVP_GCM_DIR: 'usr/lib/python3/dist-packages/cryptography_vectors/ciphers/AES/GCM',
}
export const vectorPackages = ['golang-github-c2sp-wycheproof-dev', 'python3-cryptography-vectors']
