import CLinux
import Foundation

/// Gives back to the system what the process holds and does not use.
enum ResidentMemory {
  /// Free pages of the heap, of which bursts and window closings leave megabytes, and pages of program code that only
  /// the start or a rare event needed. Code that is wanted again is mapped again from the page cache.
  static func release() throws {
    malloc_trim(0)
    for range in try codeMappings() {
      // Only a hint: what it does not do costs memory, nothing else.
      _ = madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
    }
  }

  /// Mappings of program files that can only be read and executed. Nothing in them can differ from the file; the
  /// writable ones, and those that were writable while they were relocated, are left alone.
  private static func codeMappings() throws -> [Range<UInt>] {
    let text = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count > 5, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
      let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
    }
  }
}
