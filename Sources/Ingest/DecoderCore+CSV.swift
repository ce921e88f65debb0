import Telemetry
import Templates

// Lines of cells (RFC 4180, with any separator): each line is a reading.
extension DecoderCore {
  mutating func csv(
    _ settings: PayloadMapping.CSVSettings, _ rows: RowPlan, _ readings: inout Readings, _ payload: Span<UInt8>,
    _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    var lines = CSVLines(payload, separator: settings.separator)
    var columns = settings.hasHeader ? [] : Self.columns(rows)
    var isHeader = settings.hasHeader
    while let line = try lines.next(payload) {
      if isHeader {
        columns = line.cells.map { cell in
          rows.slot(cell.text(payload)[...]) ?? -1
        }
        isHeader = false
        continue
      }
      do throws(DecodeFailure) {
        try self.line(line, columns, &readings, payload, &samples, &events)
      } catch {
        throw DecodeFailure(error.reason, "line \(line.number): \(error.detail)")
      }
    }
  }

  /// Without a header a path is the number of a column, from 1.
  private static func columns(_ rows: RowPlan) -> [Int] {
    var columns: [Int] = []
    for name in rows.names {
      guard let number = Int(String(decoding: name.bytes, as: UTF8.self)), (1...10_000).contains(number) else {
        continue
      }
      while columns.count < number { columns.append(-1) }
      columns[number - 1] = Int(name.slot)
    }
    return columns
  }

  private mutating func line(
    _ line: CSVLines.Line, _ columns: [Int], _ readings: inout Readings, _ payload: Span<UInt8>,
    _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    clear(readings.shape)
    // Cells with quotes in them are written behind the line as they read.
    var copy: [UInt8] = []
    for (cell, slot) in zip(line.cells, columns) where slot >= 0 && !cell.range.isEmpty {
      // Of two columns with one name the first counts, as in JSON.
      guard scanner.captures[slot].kind == .absent else { continue }
      var range = cell.range.lowerBound - line.range.lowerBound..<cell.range.upperBound - line.range.lowerBound
      if cell.hasQuotes {
        if copy.isEmpty { for index in line.range { copy.append(payload[index]) } }
        let start = copy.count
        copy += cell.text(payload)
        range = start..<copy.count
      }
      scanner.captures[slot] = Capture(kind: .string, start: Int32(range.lowerBound), end: Int32(range.upperBound))
    }
    if copy.isEmpty {
      try reading(&readings, isDated: nil, payload.extracting(line.range), &samples, &events)
    } else {
      try reading(&readings, isDated: nil, copy.span, &samples, &events)
    }
  }
}

/// Steps through the lines of a payload.
struct CSVLines {
  struct Cell {
    /// Without quotes and the blanks around.
    var range: Range<Int>
    /// Quotes inside are doubled.
    var hasQuotes = false

    func text(_ payload: Span<UInt8>) -> [UInt8] {
      var text: [UInt8] = []
      var index = range.lowerBound
      while index < range.upperBound {
        text.append(payload[index])
        index += hasQuotes && payload[index] == UInt8(ascii: "\"") ? 2 : 1
      }
      return text
    }
  }

  struct Line {
    /// From 1, as an editor counts them.
    var number: Int
    var range: Range<Int>
    var cells: [Cell]
  }

  private static let mostColumns = 10_000

  private let separator: UInt8
  private var index: Int
  private var number = 0

  init(_ payload: Span<UInt8>, separator: UInt8) {
    self.separator = separator
    let hasMark = payload.count >= 3 && payload[0] == 0xEF && payload[1] == 0xBB && payload[2] == 0xBF
    index = hasMark ? 3 : 0
  }

  /// The next line that is not blank; nil at the end.
  mutating func next(_ payload: Span<UInt8>) throws(DecodeFailure) -> Line? {
    while index < payload.count {
      number += 1
      let start = index
      let first = number
      var cells: [Cell] = []
      repeat {
        guard cells.count < Self.mostColumns else {
          throw DecodeFailure(.tooLarge, "line \(first) has more than \(Self.mostColumns) columns")
        }
        cells.append(try cell(payload))
      } while skipSeparator(payload)
      let end = index
      skipLineEnd(payload)
      if cells.count > 1 || !cells[0].range.isEmpty { return Line(number: first, range: start..<end, cells: cells) }
    }
    return nil
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
  private func isBlank(_ byte: UInt8) -> Bool { (byte == 0x20 || byte == 0x09 || byte == 0) && byte != separator }

  private mutating func skipBlanks(_ payload: Span<UInt8>) {
    while index < payload.count, isBlank(payload[index]) { index += 1 }
  }

  private mutating func skipSeparator(_ payload: Span<UInt8>) -> Bool {
    guard index < payload.count, payload[index] == separator else { return false }
    index += 1
    return true
  }

  private mutating func skipLineEnd(_ payload: Span<UInt8>) {
    if index < payload.count, payload[index] == 0x0D { index += 1 }
    if index < payload.count, payload[index] == 0x0A { index += 1 }
  }

  private mutating func cell(_ payload: Span<UInt8>) throws(DecodeFailure) -> Cell {
    skipBlanks(payload)
    let start = index
    guard index < payload.count, payload[index] == UInt8(ascii: "\"") else {
      while index < payload.count, payload[index] != separator, !isLineEnd(payload[index]) { index += 1 }
      var end = index
      while end > start, isBlank(payload[end - 1]) { end -= 1 }
      return Cell(range: start..<end)
    }
    index += 1
    var cell = Cell(range: index..<index)
    while index < payload.count {
      let byte = payload[index]
      if byte == 0x0A { number += 1 }
      if byte == UInt8(ascii: "\"") {
        guard index + 1 < payload.count, payload[index + 1] == byte else {
          cell.range = start + 1..<index
          index += 1
          skipBlanks(payload)
          guard index == payload.count || payload[index] == separator || isLineEnd(payload[index]) else {
            throw DecodeFailure(
              .malformed,
              "expected the end of a cell after its closing quote, found "
                + "\"\(excerpt(payload, from: index, to: index + 1))\" at offset \(index)")
          }
          return cell
        }
        cell.hasQuotes = true
        index += 1
      }
      index += 1
    }
    throw DecodeFailure(.malformed, "the quote at offset \(start) is never closed")
  }
}
