import Glibc

/// CPU time of this process: other load on the machine changes it far less than the time of day.
enum CPUClock {
  static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  static func measure(_ body: () throws -> Void) rethrows -> Int {
    let start = nanoseconds()
    try body()
    return nanoseconds() - start
  }
}

extension Array where Element: Comparable {
  /// The middle one (of an even number, the higher of the two).
  var median: Element? { isEmpty ? nil : sorted()[count / 2] }
}
