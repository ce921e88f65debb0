import Telemetry

/// The history of one asset in one block, in memory.
struct DecodedBlock: Equatable, Sendable {
  /// By series; each list is in time order, every time at most once.
  struct Column: Equatable, Sendable {
    var series: SeriesID
    var samples: [Sample]
  }
  /// By series number.
  var columns: [Column] = []
  /// In (time, identity) order.
  var events: [Event] = []

  init() {}

  /// - Parameter samples: of several series, in time order.
  init(samples: some Collection<Sample>) {
    for sample in samples {
      let place = columns.firstIndex { sample.series <= $0.series } ?? columns.endIndex
      if place == columns.endIndex || columns[place].series != sample.series {
        columns.insert(Column(series: sample.series, samples: []), at: place)
      }
      columns[place].samples.append(sample)
    }
  }

  /// Roughly, for the bound of the cache.
  var bytes: Int {
    columns.reduce(256) { $0 + 64 + $1.samples.count * MemoryLayout<Sample>.stride }
      + events.reduce(0) { $0 + 96 + $1.attributes.count * 48 }
  }

  func samples(of series: SeriesID) -> [Sample] {
    columns.first { $0.series == series }?.samples ?? []
  }

  /// Adds what another chunk of the same block holds.
  mutating func merge(_ other: DecodedBlock) {
    for column in other.columns {
      if let place = columns.firstIndex(where: { $0.series == column.series }) {
        columns[place].samples.merge(column.samples)
      } else {
        let place = columns.firstIndex { column.series < $0.series } ?? columns.endIndex
        columns.insert(column, at: place)
      }
    }
    guard !other.events.isEmpty else { return }
    events += other.events
    events.sort { $0.isBefore($1) }
  }
}

extension Event {
  /// The order in which events are folded.
  func isBefore(_ other: Event) -> Bool {
    time == other.time ? identity < other.identity : time < other.time
  }
}

extension [Sample] {
  /// Position of the first sample at or after `time`; the array is in time order.
  func position(_ time: Timestamp) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].time < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Both in time order; so is the result.
  mutating func merge(_ other: some Collection<Sample>) {
    guard let first = other.first else { return }
    let inOrder = last.map { $0.time < first.time } ?? true
    append(contentsOf: other)
    if !inOrder { sort { $0.time < $1.time } }
  }

  func at(_ time: Timestamp, _ series: SeriesID) -> Sample? {
    var place = position(time)
    while place < count, self[place].time == time {
      if self[place].series == series { return self[place] }
      place += 1
    }
    return nil
  }

  /// After all samples of its time.
  @inline(__always)
  mutating func insertInOrder(_ sample: Sample) {
    if let last, sample.time < last.time {
      insert(sample, at: position(sample.time + Span64(nanoseconds: 1)))
    } else {
      append(sample)
    }
  }

  func between(_ from: Timestamp, _ to: Timestamp) -> ArraySlice<Sample> {
    let low = position(from)
    return self[low..<Swift.max(low, position(to))]
  }
}

extension [Event] {
  /// Position of the first event at or after `time`; the array is in (time, identity) order.
  func position(_ time: Timestamp) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].time < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func between(_ from: Timestamp, _ to: Timestamp) -> ArraySlice<Event> {
    let low = position(from)
    return self[low..<Swift.max(low, position(to))]
  }

  mutating func insertInOrder(_ event: Event) {
    var place = count
    while place > 0, event.isBefore(self[place - 1]) { place -= 1 }
    insert(event, at: place)
  }
}
