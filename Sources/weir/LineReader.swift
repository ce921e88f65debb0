import Foundation
import Ledger

/// Reads a file line by line, in memory that does not grow with the file.
enum LineReader {
  private static let chunk = 256 << 10
  private static let longestLine = 256 << 20

  /// - Parameter line: a line without its end; also a last one that has none.
  static func read(_ path: String, line: ([UInt8]) throws -> Void) throws {
    guard let file = FileHandle(forReadingAtPath: path) else { throw LedgerError("\(path) cannot be read") }
    defer { file.closeFile() }
    var rest: [UInt8] = []
    while let data = try file.read(upToCount: chunk), !data.isEmpty {
      var bytes = [UInt8](data)[...]
      while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        rest.append(contentsOf: bytes[..<end])
        try line(rest)
        rest.removeAll(keepingCapacity: true)
        bytes = bytes[(end + 1)...]
      }
      rest.append(contentsOf: bytes)
      guard rest.count <= longestLine else {
        throw LedgerError("\(path) has a line of more than 256 MB: no JSON lines")
      }
    }
    if !rest.isEmpty { try line(rest) }
  }
}
