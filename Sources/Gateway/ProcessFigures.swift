import Foundation

/// What the kernel says of this process.
enum ProcessFigures {
  /// Resident memory in bytes; 0 if `/proc` cannot be read.
  static var residentBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Bytes that this process had written to the disk since its start.
  static var writtenBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/io", encoding: .utf8) else { return 0 }
    let line = text.split(separator: "\n").first { $0.hasPrefix("write_bytes:") }
    return line.flatMap { Int($0.dropFirst("write_bytes:".count).trimmingCharacters(in: .whitespaces)) } ?? 0
  }

  /// Bytes of all files below a folder.
  static func bytes(below folder: String) -> Int {
    guard let files = FileManager.default.enumerator(atPath: folder) else { return 0 }
    var sum = 0
    for case let file as String in files {
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
      sum += (attributes?[.size] as? Int) ?? 0
    }
    return sum
  }
}
