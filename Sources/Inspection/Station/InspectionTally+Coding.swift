import Telemetry

extension InspectionTally {
  public func encode(into writer: inout ByteWriter) {
    for count in [inspected, rejected, unsure, firstAttempts, firstGood, unmatched, confidences] {
      writer.varint(count)
    }
    writer.double(confidence)
    for counts in [verdicts, defects, defective] {
      writer.varint(counts.count)
      for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
        writer.string(name)
        writer.varint(count)
      }
    }
    encode([models, recipes, suppliers], into: &writer)
    writer.varint(measures.count)
    for (name, measure) in measures.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      measure.encode(into: &writer)
    }
    for count in [firstUnits, firstGoodUnits, decided] { writer.varint(count) }
    encode([products], into: &writer)
  }

  private func encode(_ all: [[String: Group]], into writer: inout ByteWriter) {
    for groups in all {
      writer.varint(groups.count)
      for (name, group) in groups.sorted(by: { $0.key < $1.key }) {
        writer.string(name)
        writer.varint(group.inspected)
        writer.varint(group.rejected)
        group.recognition.encode(into: &writer)
      }
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    inspected = try reader.integer()
    rejected = try reader.integer()
    unsure = try reader.integer()
    firstAttempts = try reader.integer()
    firstGood = try reader.integer()
    unmatched = try reader.integer()
    confidences = try reader.integer()
    confidence = try reader.double()
    verdicts = try Self.counts(&reader)
    defects = try Self.counts(&reader)
    defective = try Self.counts(&reader)
    models = try Self.groups(&reader)
    recipes = try Self.groups(&reader)
    suppliers = try Self.groups(&reader)
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      measures[name] = try Measure(from: &reader)
    }
    // What was saved before units and products were counted ends here.
    guard !reader.isAtEnd else {
      (firstUnits, firstGoodUnits) = (firstAttempts, firstGood)
      return
    }
    firstUnits = try reader.integer()
    firstGoodUnits = try reader.integer()
    decided = try reader.integer()
    products = try Self.groups(&reader)
  }

  private static func counts(_ reader: inout ByteReader) throws(ByteReaderError) -> [String: Int] {
    var counts: [String: Int] = [:]
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      counts[name] = try reader.integer()
    }
    return counts
  }

  private static func groups(_ reader: inout ByteReader) throws(ByteReaderError) -> [String: Group] {
    var groups: [String: Group] = [:]
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      var group = Group()
      group.inspected = try reader.integer()
      group.rejected = try reader.integer()
      group.recognition = try Recognition(from: &reader)
      groups[name] = group
    }
    return groups
  }
}

extension Recognition {
  func encode(into writer: inout ByteWriter) {
    for count in [defectiveRejected, defectivePassed, goodRejected, goodPassed] { writer.varint(count) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init(
      defectiveRejected: try reader.integer(), defectivePassed: try reader.integer(),
      goodRejected: try reader.integer(), goodPassed: try reader.integer())
  }
}

extension InspectionTally.Measure {
  func encode(into writer: inout ByteWriter) {
    for count in [count, rangeCount, outside] { writer.varint(count) }
    for value in [mean, squares, ranges, last] { writer.double(value) }
    // Saved measures have no room for another flag: without a common limit the lower one is above everything.
    for limit in [hasMixedLimits ? .infinity : lower, upper] {
      writer.boolean(limit != nil)
      if let limit { writer.double(limit) }
    }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    count = try reader.integer()
    rangeCount = try reader.integer()
    outside = try reader.integer()
    mean = try reader.double()
    squares = try reader.double()
    ranges = try reader.double()
    last = try reader.double()
    lower = try reader.boolean() ? try reader.double() : nil
    upper = try reader.boolean() ? try reader.double() : nil
    if lower == .infinity {
      hasMixedLimits = true
      lower = nil
    }
  }
}
