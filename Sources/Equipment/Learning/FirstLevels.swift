import Telemetry

/// The first typical level of each signal: the median of its first values, then fixed; and the smallest step between two
/// values in a row that was ever seen: of a sensor that counts in steps, one of these.
struct FirstLevels: Hashable, Sendable {
  private static let needed = 15
  private var first: [[Float]]
  private var levels: [Double?]
  private var last: [Float]
  /// Infinite while the value has always been the same.
  private var smallest: [Float]

  init(count: Int) {
    first = Array(repeating: [], count: count)
    levels = Array(repeating: nil, count: count)
    last = Array(repeating: .nan, count: count)
    smallest = Array(repeating: .infinity, count: count)
  }

  /// The smallest step; nil if the value never changed.
  func step(_ place: Int) -> Double? { smallest[place].isFinite ? Double(smallest[place]) : nil }

  /// Nil until enough values came.
  subscript(_ place: Int) -> Double? { levels[place] }

  func isComplete(_ wanted: [Bool]) -> Bool {
    !levels.indices.contains { wanted[$0] && levels[$0] == nil }
  }

  mutating func add(_ value: Double, _ place: Int) {
    let step = abs(Float(value) - last[place])
    // `nan` at first.
    if step > 0 { smallest[place] = min(smallest[place], step) }
    last[place] = Float(value)
    guard levels[place] == nil else { return }
    first[place].append(Float(value))
    guard first[place].count >= Self.needed else { return }
    levels[place] = Double(Robust.median(first[place]))
    first[place] = []
  }

  func encode(into writer: inout ByteWriter) {
    for place in levels.indices {
      writer.float(last[place])
      writer.float(smallest[place])
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
      last[place] = try reader.float()
      smallest[place] = try reader.float()
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
