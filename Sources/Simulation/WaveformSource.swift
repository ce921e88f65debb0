import Foundation
import Telemetry
import Templates

/// Records of vibration as a sensor would send them: a machine that turns at 24.7 Hz, with some noise.
struct WaveformSource {
  struct Record {
    var path: FieldPath
    var points: PayloadNode
    /// Where the payload says the sample rate.
    var rate: (path: FieldPath, value: PayloadNode)?
  }

  private static let speed = 24.7
  /// RMS of the velocity, mm/s.
  private static let velocity = 1.5
  private static let mostPoints = 16_384

  private var generator: SeededGenerator

  init(asset: Asset, seed: UInt64) { generator = SeededGenerator(seed: seed, name: "waveform/\(asset.id)") }

  /// One record for each field that holds one; several signals may be features of the same.
  mutating func records(of fields: [FieldMapping]) -> [Record] {
    var records: [Record] = []
    for field in fields {
      guard let first = field.waveform, !records.contains(where: { $0.path == field.path }) else { continue }
      let all = fields.filter { $0.path == field.path }.compactMap(\.waveform)
      var record = Record(path: field.path, points: .empty)
      let rate: Double
      switch first.sampleRate {
      case .fixed(let fixed): rate = fixed.doubleValue
      case .field(let path):
        rate = all.map { ($0.highest?.doubleValue ?? 1000) * 2.56 }.reduce(2560, max).rounded(.up)
        record.rate = (path, .number(rate))
      }
      record.points = encoded(points(first, rate, count: Self.count(all, rate)), first.encoding)
      records.append(record)
    }
    return records
  }

  /// Long enough for the lowest frequency that is asked for; a power of two.
  private static func count(_ mappings: [WaveformMapping], _ rate: Double) -> Int {
    let lowest = mappings.flatMap { [$0.lowest, $0.line] }.compactMap { $0?.doubleValue }.min() ?? speed
    let needed = 4 * rate / max(lowest, 0.001)
    var count = 256
    while Double(count) < needed, count < mostPoints { count *= 2 }
    return count
  }

  private mutating func points(_ mapping: WaveformMapping, _ rate: Double, count: Int) -> [Double] {
    let turn = 2 * Double.pi * Self.speed
    let peak = Self.velocity * 2.0.squareRoot()
    // In m/s² (v · 2πf) or mm/s.
    let isVelocity = Self.factor(from: "mm/s", to: mapping.unit) != nil
    let amplitude =
      isVelocity
      ? peak * (Self.factor(from: "mm/s", to: mapping.unit) ?? 1)
      : peak / 1000 * turn * (Self.factor(from: "m/s²", to: mapping.unit) ?? 1)
    // A rotation by a constant angle: no library function whose last digit differs between machines.
    let step = Self.rotation(turn / rate)
    var point = Self.rotation(generator.uniform() * 3)
    let scale = mapping.scale.doubleValue
    return (0..<count).map { _ in
      point = (point.cosine * step.cosine - point.sine * step.sine, point.sine * step.cosine + point.cosine * step.sine)
      return amplitude * (point.sine + 0.1 * generator.normal()) / scale
    }
  }

  private static func factor(from: String, to: String) -> Double? {
    guard let inner = try? UnitCatalogue.unit(from), let outer = try? UnitCatalogue.unit(to) else { return nil }
    return (try? UnitConversion(from: inner, to: outer))?.apply(1)
  }

  /// By their series; for angles up to a turn.
  private static func rotation(_ angle: Double) -> (cosine: Double, sine: Double) {
    var cosine = 0.0
    var sine = 0.0
    var term = 1.0
    for power in 0..<40 {
      switch power % 4 {
      case 0: cosine += term
      case 1: sine += term
      case 2: cosine -= term
      default: sine -= term
      }
      term *= angle / Double(power + 1)
    }
    return (cosine, sine)
  }

  private func encoded(_ points: [Double], _ encoding: WaveformMapping.Encoding) -> PayloadNode {
    switch encoding {
    case .numbers: return .array(points.map { .number(($0 * 1e6).rounded() / 1e6) })
    case .int16:
      let bytes = points.flatMap { point in
        let value = UInt16(bitPattern: Int16(max(-32_768, min(32_767, point.rounded()))))
        return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
      }
      return .string(Data(bytes).base64EncodedString())
    case .float32:
      let bytes = points.flatMap { point in
        let bits = Float(point).bitPattern
        return (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
      }
      return .string(Data(bytes).base64EncodedString())
    }
  }
}
