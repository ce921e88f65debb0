import Rules
import Telemetry
import Templates

extension QualityRule {
  /// Detectors belong to their signals: with other signals the rule begins anew.
  private var signalsHash: UInt64 {
    var hasher = Hash64()
    for signal in asset.signals { Array("\(signal.name) \(signal.unit)\n".utf8).withUnsafeBytes { hasher.combine($0) } }
    return hasher.value
  }

  public func encodeState(into writer: inout ByteWriter) {
    // The detectors themselves: the base is saved apart, the rest follows from it and the history.
    writer.fixed64(signalsHash)
    writer.zigzag(baseBoundary)
    writer.boolean(dirtySince != nil)
    if let dirtySince { writer.zigzag(dirtySince) }
    for list in [pending, told, open] {
      writer.varint(list.count)
      for transition in list { transition.encode(into: &writer) }
    }
    writer.varint(excluded.count)
    for entry in excluded {
      writer.zigzag(entry.time)
      writer.varint(entry.signal)
    }
    writer.varint(doors.count)
    for door in doors { door.encode(into: &writer) }
    writer.varint(doorWatches.count)
    for watch in doorWatches { watch.encode(into: &writer) }
    verdicts.encode(into: &writer)
    writer.varint(counts.count)
    for count in counts {
      writer.varint(count.signal)
      writer.byte(count.fault.code)
      writer.varint(count.count)
    }
    clock.encode(into: &writer)
    reset.encode(into: &writer)
    writer.boolean(unused != nil)
    unused?.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    guard try reader.fixed64() == signalsHash else {
      throw ByteReaderError(offset: reader.offset, expected: "the detectors of the signals of \(asset.id)")
    }
    isBare = true
    head = DetectorState(limits)
    baseBoundary = try reader.zigzag()
    middle = nil
    middleBoundary = .min
    nextBoundary = .min
    dirtySince = try reader.boolean() ? try reader.zigzag() : nil
    pending = try Self.transitions(&reader)
    told = try Self.transitions(&reader)
    open = try Self.transitions(&reader)
    excluded = []
    for _ in 0..<(try reader.count()) {
      excluded.append(Excluded(time: try reader.zigzag(), signal: try reader.integer()))
    }
    doors = []
    for _ in 0..<(try reader.count()) { doors.append(try DoorEntry(from: &reader)) }
    doorWatches = []
    for _ in 0..<(try reader.count()) { doorWatches.append(try DoorWatch(from: &reader)) }
    verdicts = try QualityVerdicts(from: &reader)
    counts = []
    for _ in 0..<(try reader.count()) {
      let signal = try reader.integer()
      guard let fault = SourceFault(code: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "what is wrong with a source")
      }
      counts.append(SourceReport.Count(signal: signal, fault: fault, count: try reader.integer()))
    }
    clock = try ClockMonitor(from: &reader)
    reset = try ClockReset(from: &reader)
    // States that were saved without it end here.
    let hasUnused = try !reader.isAtEnd && reader.boolean()
    unused = hasUnused ? try UnusedData(from: &reader) : nil
    isPublished = false
  }

  private static func transitions(_ reader: inout ByteReader) throws(ByteReaderError) -> [Transition] {
    var found: [Transition] = []
    for _ in 0..<(try reader.count()) { found.append(try Transition(from: &reader)) }
    return found
  }
}
