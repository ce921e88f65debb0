import Telemetry

/// The first typical level of each signal: the median of its first values, then fixed.
struct FirstLevels: Hashable, Sendable {
  private static let needed = 15
  private var first: [[Float]]
  private var levels: [Double?]

  init(count: Int) {
    first = Array(repeating: [], count: count)
    levels = Array(repeating: nil, count: count)
  }

  /// Nil until enough values came.
  subscript(_ place: Int) -> Double? { levels[place] }

  func isComplete(_ wanted: [Bool]) -> Bool {
    !levels.indices.contains { wanted[$0] && levels[$0] == nil }
  }

  mutating func add(_ value: Double, _ place: Int) {
    guard levels[place] == nil else { return }
    first[place].append(Float(value))
    guard first[place].count >= Self.needed else { return }
    levels[place] = Double(Robust.median(first[place]))
    first[place] = []
  }

  func encode(into writer: inout ByteWriter) {
    for place in levels.indices {
      writer.boolean(levels[place] != nil)
      if let level = levels[place] {
        writer.double(level)
      } else {
        writer.varint(first[place].count)
        for value in first[place] { writer.float(value) }
      }
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    for place in levels.indices {
      if try reader.boolean() {
        levels[place] = try reader.double()
        first[place] = []
      } else {
        levels[place] = nil
        first[place] = []
        for _ in 0..<(try reader.count()) { first[place].append(try reader.float()) }
      }
    }
  }
}
