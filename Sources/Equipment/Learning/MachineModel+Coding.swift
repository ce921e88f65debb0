import Telemetry

/// State in two parts: what changes with every frame, which is small, and the rows of what is usual, which are large and
/// change seldom. Between two savings of the rows the small part carries the rows that were added.
extension MachineModel {
  /// Rows since `encodeRows` was last kept, from which on it should be kept again.
  public static let rowsBetweenSavings = 24

  /// Whether the rows should be saved now, by `takeRows`.
  public var shouldSaveRows: Bool { isRewritten || pending.count >= Self.rowsBetweenSavings }

  /// The rows, to be kept from now on; `encode` carries only what is added later.
  public mutating func takeRows() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(scales.count)
    for scale in scales { scale.rows.encode(into: &writer) }
    pending = []
    isRewritten = false
    return writer.bytes
  }

  public func encode(into writer: inout ByteWriter) {
    writer.varint(profile.signals.count)
    writer.varint(judged.count)
    // The pace of the signals may be changed.
    writer.varint(scales.count)
    for scale in scales { writer.double(scale.constant) }
    for season in seasons { writer.boolean(season != nil) }
    writer.double(minutes)
    writer.timestamp(lastEnd ?? .distantPast)
    writer.double(runningMinutes)
    writer.boolean(hasStopped)
    for value in frozenMinutes + learntMinutes { writer.double(value) }
    for residuals in before {
      writer.varint(residuals.count)
      for residual in residuals { writer.double(residual) }
    }
    for season in seasons { season?.encode(into: &writer) }
    floors.encode(into: &writer)
    demand.encode(into: &writer)
    burden.encode(into: &writer)
    for scale in scales { scale.encode(into: &writer) }
    writer.varint(pending.count)
    for entry in pending {
      writer.varint(entry.scale)
      for value in entry.row { writer.float(value) }
    }
  }

  /// Of another pace of the same signals, rhythms begin anew; where the time constants are others, too, so does what is usual,
  /// and only how signals follow the operating point is kept.
  ///
  /// - Parameters:
  ///   - rows: what `takeRows` gave last; nil if nothing was ever taken.
  ///   - hasLayout: false for a state of the form that did not say its pace.
  /// - Throws: for what cannot be read; the model is then as it was before.
  public mutating func restore(
    from reader: inout ByteReader, rows: [UInt8]?, hasLayout: Bool = true
  ) throws(ByteReaderError) {
    var copy = self
    try copy.read(from: &reader, rows: rows, hasLayout: hasLayout)
    self = copy
  }

  private mutating func read(
    from reader: inout ByteReader, rows: [UInt8]?, hasLayout: Bool
  ) throws(ByteReaderError) {
    guard try reader.integer() == profile.signals.count, try reader.integer() == judged.count else {
      throw ByteReaderError(offset: 0, expected: "a model of \(profile.signals.count) signals")
    }
    var constants = scales.map(\.constant)
    var hadSeasons = seasons.map { $0 != nil }
    if hasLayout {
      constants = []
      for _ in 0..<(try reader.count()) { constants.append(try reader.double()) }
      for place in hadSeasons.indices { hadSeasons[place] = try reader.boolean() }
    }
    let isPaced = constants == scales.map(\.constant)
    minutes = try reader.double()
    let end = try reader.timestamp()
    lastEnd = end == .distantPast ? nil : end
    runningMinutes = try reader.double()
    hasStopped = try reader.boolean()
    for index in frozenMinutes.indices { frozenMinutes[index] = try reader.double() }
    for index in learntMinutes.indices { learntMinutes[index] = try reader.double() }
    for place in before.indices {
      before[place] = []
      for _ in 0..<(try reader.count()) { before[place].append(try reader.double()) }
    }
    for place in seasons.indices where hadSeasons[place] {
      let season = try Season(from: &reader)
      if seasons[place] != nil { seasons[place] = season }
    }
    try floors.restore(from: &reader)
    try demand.restore(from: &reader)
    try burden.restore(from: &reader)
    guard isPaced else {
      // What follows is of no use.
      minutes = 0
      for place in judged.indices { (frozenMinutes[place], learntMinutes[place]) = (0, 0) }
      pending = []
      isRewritten = true
      return
    }
    for index in scales.indices { try scales[index].restore(from: &reader) }
    if let rows {
      var kept = ByteReader(rows)
      guard try kept.integer() == scales.count else { throw ByteReaderError(offset: 0, expected: "rows of each scale") }
      for index in scales.indices { try scales[index].restoreRows(from: &kept) }
    }
    pending = []
    for _ in 0..<(try reader.count()) {
      let scale = try reader.integer()
      guard scales.indices.contains(scale) else {
        throw ByteReaderError(offset: reader.offset, expected: "the place of a scale")
      }
      var row: [Float] = []
      for _ in 0..<scales[scale].width { row.append(try reader.float()) }
      scales[scale].restore(row)
      pending.append(PendingRow(scale: scale, row: row))
    }
    for index in scales.indices { scales[index].summarise() }
  }
}
