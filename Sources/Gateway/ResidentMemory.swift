import CLinux
import Foundation

/// Gives back to the system what the process holds and does not use.
enum ResidentMemory {
  /// Free pages of the heap, of which bursts and window closings leave megabytes, and pages of programs that only the
  /// start or a rare event needed. What is wanted again is mapped again from the page cache.
  static func release() throws {
    malloc_trim(0)
    let text = try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
    for range in unchangedMappings(text) {
      // Only a hint: what it does not do costs memory, nothing else.
      _ = madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
    }
  }

  /// Mappings of files, code and constants, that cannot be written and of which no page differs from its file. Those
  /// that were written while they were relocated, and every writable one, are left alone.
  ///
  /// - Parameter smaps: what the kernel writes to `/proc/self/smaps`.
  static func unchangedMappings(_ smaps: String) -> [Range<UInt>] {
    var found: [Range<UInt>] = []
    var current: Range<UInt>?
    for line in smaps.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      if fields.count > 4, let bounds = bounds(fields[0]) {
        let isFixed = fields[1] == "r-xp" || fields[1] == "r--p"
        current = isFixed && fields.count > 5 && fields[5].hasPrefix("/") ? bounds : nil
      } else if fields.count > 1, fields[0] == "Anonymous:", let mapping = current {
        if fields[1] == "0" { found.append(mapping) }
        current = nil
      }
    }
    return found
  }

  /// `55d0c2a00000-55d0c2b00000`.
  private static func bounds(_ text: Substring) -> Range<UInt>? {
    let bounds = text.split(separator: "-").compactMap { UInt($0, radix: 16) }
    return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
  }
}
