import Foundation
import Plant
import Telemetry

/// Why a table cannot be replayed.
public struct ReplayError: Error, CustomStringConvertible {
  public var file: String
  /// From 1; nil if the file as a whole is meant.
  public var line: Int?
  public var message: String
  public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// Turns rows of a CSV table into the messages that a device would have sent.
public struct TableReplay {
  /// What a column becomes in the payload.
  public struct Column: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable {
      /// The text of the cell, as a JSON number.
      case value
      /// The running sum of the column, exact, as a meter's register would show it.
      case cumulative
    }
    public var name: String
    public var path: [String]
    public var mode: Mode
    public init(name: String, path: [String], mode: Mode) {
      self.name = name
      self.path = path
      self.mode = mode
    }
  }

  public var file: String
  public var topic: String
  public var timeColumn: String
  /// `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss` at fixed places, for example `dd/MM/yyyy HH:mm`; local time of `zone`.
  public var timePattern: String
  public var zone: PlantZone
  /// The stamp 00:00 is the end of the printed day (24:00), not its begin.
  public var midnightEndsDay: Bool
  public var columns: [Column]
  /// A reading of zero this long before the first row, so that the first interval has a begin.
  public var opening: Span64?

  public init(
    file: String, topic: String, timeColumn: String, timePattern: String, zone: PlantZone, midnightEndsDay: Bool,
    columns: [Column], opening: Span64?
  ) {
    self.file = file
    self.topic = topic
    self.timeColumn = timeColumn
    self.timePattern = timePattern
    self.zone = zone
    self.midnightEndsDay = midnightEndsDay
    self.columns = columns
    self.opening = opening
  }

  /// All messages in the order of the rows. `ts` is epoch milliseconds.
  public func messages() throws -> [SimulatedMessage] {
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw ReplayError(file: file, line: nil, message: "cannot be read: \(error.localizedDescription)")
    }
    var rows = text.split(omittingEmptySubsequences: true) { $0.isNewline }[...]
    guard let header = rows.popFirst() else { throw ReplayError(file: file, line: nil, message: "is empty") }
    let names = Self.cells(header).map { $0.hasPrefix("\u{FEFF}") ? String($0.dropFirst()) : $0 }
    func position(_ name: String) throws -> Int {
      guard let position = names.firstIndex(of: name) else {
        throw ReplayError(
          file: file, line: 1, message: "has no column \"\(name)\"; it has \(names.joined(separator: ", "))")
      }
      return position
    }
    let timePosition = try position(timeColumn)
    let positions = try columns.map { try position($0.name) }
    var sums = Array(repeating: ScaledInteger.zero, count: columns.count)
    var messages: [SimulatedMessage] = []
    messages.reserveCapacity(rows.count + 1)
    for (offset, row) in rows.enumerated() {
      let line = offset + 2
      let cells = Self.cells(row)
      guard cells.count > (positions + [timePosition]).max() ?? 0 else {
        throw ReplayError(file: file, line: line, message: "has \(cells.count) cells, the header \(names.count)")
      }
      guard let time = time(cells[timePosition]) else {
        throw ReplayError(file: file, line: line, message: "\"\(cells[timePosition])\" is not \(timePattern)")
      }
      if messages.isEmpty, let opening {
        messages.append(message(at: time - opening, sums.map { .string($0.description) }))
      }
      var values: [JSONValue] = []
      for (index, column) in columns.enumerated() {
        let cell = cells[positions[index]]
        switch column.mode {
        case .value: values.append(Double(cell).map { .number($0) } ?? .string(cell))
        case .cumulative:
          guard let amount = ScaledInteger(cell), let sum = sums[index].adding(amount) else {
            throw ReplayError(file: file, line: line, message: "\"\(cell)\" is not an amount")
          }
          sums[index] = sum
          values.append(.string(sum.description))
        }
      }
      messages.append(message(at: time, values))
    }
    return messages
  }

  private func message(at time: Timestamp, _ values: [JSONValue]) -> SimulatedMessage {
    var root: JSONValue = ["ts": .integer(time.nanoseconds / 1_000_000)]
    for (column, value) in zip(columns, values) { root.set(value, at: column.path[...]) }
    return SimulatedMessage(time: time, topic: topic, payload: root.canonicalBytes())
  }

  private static func cells(_ row: Substring) -> [String] {
    row.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"\r"))
    }
  }

  private func time(_ text: String) -> Timestamp? {
    func part(_ token: String) -> Int? {
      guard let range = timePattern.range(of: token) else { return token == "ss" ? 0 : nil }
      let start = timePattern.distance(from: timePattern.startIndex, to: range.lowerBound)
      return Int(text.dropFirst(start).prefix(token.count))
    }
    guard text.count == timePattern.count, let year = part("yyyy"), let month = part("MM"), let day = part("dd"),
      let hour = part("HH"), let minute = part("mm"), let second = part("ss")
    else { return nil }
    // The zone's offset at the same wall-clock reading in UTC is off by at most one change of the clocks; asking
    // again with the corrected instant settles it.
    let wall = Timestamp(
      seconds: Int64(Timestamp.days(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60 + second))
    var time = wall - Span64.seconds(Int64(zone.offsetSeconds(at: wall)))
    time = wall - Span64.seconds(Int64(zone.offsetSeconds(at: time)))
    return midnightEndsDay && hour == 0 && minute == 0 && second == 0 ? time + .days(1) : time
  }
}
