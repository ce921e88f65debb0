import Telemetry

/// What was usual at one scale: rows with one value a signal, in the order of time, evenly spread over what is remembered.
///
/// When it is full every other row goes, and from then on rows come half as often; when the time that is remembered is
/// covered, a new row takes the place of the oldest. Bounded, and the same for the same rows.
struct ReferenceRows: Hashable, Sendable {
  let width: Int
  let capacity: Int
  /// Minutes between rows at most: capacity × this is what is remembered.
  private let widest: Double
  /// Minutes between rows now.
  private(set) var spacing: Double
  /// Row-major; `Float.nan` where a signal was not to be learnt from.
  private(set) var values: [Float] = []
  /// How many rows ever came.
  private var added = 0
  /// Index of the oldest row once rows are replaced.
  private var oldest = 0

  init(width: Int, capacity: Int, spacing: Double, memory: Double) {
    self.width = width
    self.capacity = capacity
    self.spacing = spacing
    widest = max(spacing, memory / Double(capacity))
  }

  var count: Int { width == 0 ? 0 : values.count / width }

  /// Indices of the rows, the oldest first.
  var inOrder: some Sequence<Int> { (0..<count).lazy.map { [oldest, count] in ($0 + oldest) % count } }

  /// A value that a signal had before, for a row in which it is not to be learnt from: what is usual stays as it was,
  /// however long the deviation lasts. `nan` if there is none.
  func again(_ signal: Int) -> Float {
    guard count > 0 else { return .nan }
    // A step that has no divisor in common with any count that rows have: each row has its turn.
    return values[(added * 61) % count * width + signal]
  }

  mutating func append(_ row: [Float]) {
    if count >= capacity, spacing * 2 <= widest * 1.5 {
      var kept: [Float] = []
      kept.reserveCapacity(capacity * width)
      for index in stride(from: 1, to: count, by: 2) { kept += values[index * width..<(index + 1) * width] }
      values = kept
      spacing *= 2
    }
    added += 1
    if count < capacity {
      values += row
    } else {
      values.replaceSubrange(oldest * width..<(oldest + 1) * width, with: row)
      oldest = (oldest + 1) % capacity
    }
  }

  /// The values of one signal, without those that were not to be learnt from.
  func column(_ signal: Int) -> [Float] {
    var column: [Float] = []
    column.reserveCapacity(count)
    var index = signal
    while index < values.count {
      if !values[index].isNaN { column.append(values[index]) }
      index += width
    }
    return column
  }

  func encode(into writer: inout ByteWriter) {
    writer.double(spacing)
    writer.varint(oldest)
    writer.varint(added)
    writer.varint(values.count)
    for value in values { writer.float(value) }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    spacing = try reader.double()
    oldest = try reader.integer()
    added = try reader.integer()
    let count = try reader.count()
    guard width > 0, count % width == 0, count <= capacity * width, spacing > 0, oldest < max(1, capacity) else {
      throw ByteReaderError(offset: reader.offset, expected: "rows of \(width) values")
    }
    values = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try reader.float()) }
  }
}

extension ByteWriter {
  /// Four bytes, the lowest first.
  mutating func float(_ value: Float) {
    let bits = value.bitPattern
    for shift in stride(from: UInt32(0), to: 32, by: 8) { byte(UInt8(truncatingIfNeeded: bits >> shift)) }
  }
}

extension ByteReader {
  mutating func float() throws(ByteReaderError) -> Float {
    var bits: UInt32 = 0
    for shift in stride(from: UInt32(0), to: 32, by: 8) { bits |= UInt32(try byte()) << shift }
    return Float(bitPattern: bits)
  }
}
