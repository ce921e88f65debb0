import Testing

@testable import Gateway

@Suite struct ResidentMemoryTests {
  /// Of a mapping whose pages differ from its file nothing may be given back: it would be lost.
  @Test func onlyUnchangedFilesAreGivenBack() {
    let smaps = """
      1000-2000 r--p 00000000 fe:00 11 /usr/bin/weir
      Rss:                   4 kB
      Anonymous:             0 kB
      LazyFree:              0 kB
      2000-5000 r-xp 00001000 fe:00 11 /usr/bin/weir
      Size:                 12 kB
      Anonymous:             0 kB
      VmFlags: rd ex mr mw me
      5000-6000 r--p 00004000 fe:00 11 /usr/bin/weir
      Anonymous:             4 kB
      6000-7000 rw-p 00005000 fe:00 11 /usr/bin/weir
      Anonymous:             0 kB
      7000-8000 rw-p 00000000 00:00 0 [heap]
      Anonymous:             0 kB
      8000-9000 r--p 00000000 00:00 0
      Anonymous:             0 kB
      9000-a000 r-xp 00000000 00:00 0 [vdso]
      Anonymous:             0 kB
      a000-b000 r--s 00000000 fe:00 12 /var/lib/weir/store.sqlite-shm
      Anonymous:             0 kB
      """
    #expect(ResidentMemory.unchangedMappings(smaps) == [0x1000..<0x2000, 0x2000..<0x5000])
  }
}
