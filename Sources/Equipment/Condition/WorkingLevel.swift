import Foundation
import Telemetry

/// The level that a signal has while its machine works hard: what stands out of it is no such level.
///
/// The values of its minutes are counted in bins, each as much as it contributes, so that hours of rest weigh next to
/// nothing; the level is the upper end of what makes a stated share of all. A value that stands alone is wild and does not
/// count, what was seen once fades against what the machine does, and what is older than about a week of work counts half
/// and less.
struct WorkingLevel: Hashable, Sendable {
  /// How values contribute.
  enum Kind: UInt8, Hashable, Sendable {
    /// By their root: of speeds, slow work is work, too.
    case speed
    /// As they are: of powers and currents, what a machine takes while it stands is little.
    case power

    fileprivate func weight(_ value: Double) -> Double { self == .speed ? value.squareRoot() : value }
    /// What makes the level, of all that was seen.
    fileprivate var share: Double { self == .speed ? 0.1 : 0.05 }
  }

  private struct Bin: Hashable, Sendable {
    /// Of the logarithm to the base of the root of two.
    var place: Int
    var count: Float
    var weight: Double
    var largest: Double
  }

  /// Minutes of work that are remembered in full.
  private static let memory = 10_080.0
  /// At most; the lowest go.
  private static let most = 24
  /// Minutes of about one size that say something, and minutes until they are asked for: before, the largest is the level.
  private static let least: Float = 2
  private static let first: Float = 10

  let kind: Kind
  /// Ascending.
  private var bins: [Bin] = []
  private(set) var value = 0.0

  init(_ kind: Kind) { self.kind = kind }

  /// - Parameter value: of a minute; its sign says nothing.
  mutating func add(_ value: Double) {
    let size = abs(value)
    guard size > 1e-12, size < 1e30 else { return }
    let weight = kind.weight(size)
    let place = Int((2 * log2(size)).rounded(.down))
    let index = bins.firstIndex { place <= $0.place } ?? bins.endIndex
    if index < bins.endIndex, bins[index].place == place {
      bins[index].count += 1
      bins[index].weight += weight
      bins[index].largest = max(bins[index].largest, size)
    } else {
      bins.insert(Bin(place: place, count: 1, weight: weight, largest: size), at: index)
      if bins.count > Self.most { bins.removeFirst() }
    }
    settle()
  }

  private mutating func settle() {
    let isYoung = bins.reduce(0) { $0 + $1.count } < Self.first
    let known = isYoung ? bins : bins.indices.filter { !isWild($0) }.map { bins[$0] }
    let all = known.reduce(0) { $0 + $1.weight }
    var weight = 0.0
    value = (known.last ?? bins.last)?.largest ?? 0
    if !isYoung {
      for bin in known.reversed() {
        weight += bin.weight
        guard weight >= kind.share * all else { continue }
        value = bin.largest
        break
      }
    }
    guard all > Self.memory * kind.weight(value) else { return }
    for index in bins.indices {
      bins[index].count /= 2
      bins[index].weight /= 2
    }
    bins.removeAll { $0.count < 0.05 }
  }

  /// Whether next to nothing else is about as large.
  private func isWild(_ index: Int) -> Bool {
    var count = bins[index].count
    for other in [index - 1, index + 1] where bins.indices.contains(other) {
      if abs(bins[other].place - bins[index].place) == 1 { count += bins[other].count }
    }
    return count < Self.least
  }

  /// Keeps the level, but of what made it only as much as says that there was one: what comes soon counts more.
  mutating func fade() { self = WorkingLevel(kind, level: value) }

  /// - Parameter level: that nothing else is known of; 0 = none.
  init(_ kind: Kind, level: Double) {
    self.kind = kind
    guard level > 1e-12, level < 1e30 else { return }
    bins = [
      Bin(
        place: Int((2 * log2(level)).rounded(.down)), count: Self.least,
        weight: Double(Self.least) * kind.weight(level), largest: level)
    ]
    value = level
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    writer.varint(bins.count)
    for bin in bins {
      writer.zigzag(Int64(bin.place))
      writer.float(bin.count)
      writer.double(bin.weight)
      writer.double(bin.largest)
    }
  }

  init(_ kind: Kind, from reader: inout ByteReader) throws(ByteReaderError) {
    self.kind = kind
    for _ in 0..<(try reader.count()) {
      let place = Int(try reader.zigzag())
      let count = try reader.float()
      let weight = try reader.double()
      bins.append(Bin(place: place, count: count, weight: weight, largest: try reader.double()))
    }
    // What makes too much was halved when it came.
    let kept = bins
    settle()
    bins = kept
  }
}
