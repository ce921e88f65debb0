import Foundation

/// Recorded messages, held as one run of bytes: what is measured must not be the handling of many small arrays.
struct MessageFile {
  private let bytes: [UInt8]
  private var ranges: [(topic: Range<Int>, payload: Range<Int>)] = []

  init(_ path: String) throws {
    bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var start = 0
    var tab = 0
    for place in bytes.indices {
      if bytes[place] == UInt8(ascii: "\t") { tab = place }
      guard bytes[place] == UInt8(ascii: "\n") else { continue }
      ranges.append((start..<tab, tab + 1..<place))
      start = place + 1
    }
  }

  var count: Int { ranges.count }

  func forEach(
    in part: Range<Int>, _ body: (_ topic: UnsafeBufferPointer<UInt8>, _ payload: UnsafeBufferPointer<UInt8>) -> Void
  ) {
    bytes.withUnsafeBufferPointer { bytes in
      for range in ranges[part] {
        body(UnsafeBufferPointer(rebasing: bytes[range.topic]), UnsafeBufferPointer(rebasing: bytes[range.payload]))
      }
    }
  }
}
