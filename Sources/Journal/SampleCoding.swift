import Telemetry

/// How samples lie in a batch. Each begins with a head byte:
///
/// * bits 0–1, series: 0 = the previous one + 1, 1 = the previous one, 2 = a zigzag difference follows
/// * bit 2, time: 0 = that of the previous sample, 1 = a difference follows (`SampleTime`)
/// * bits 3–4, value: a `Form`
/// * bits 5–7, power of ten: 0…6 mean 10^0…10^-6, 7 = a byte with the exponent follows
///
/// A decimal mantissa is a zigzag varint: the difference to the last one of the same series in the batch if that had
/// the same form and exponent and is still in the memory, else the mantissa itself. The samples of one message cost
/// their value and one byte each, and the first one about three bytes more.
enum SampleCoding {
  enum Form {
    /// A double that is exactly `mantissa / 10^n` with few digits, as gauges are.
    static let decimal: UInt8 = 0
    /// Any other double, 8 bytes.
    static let bits: UInt8 = 1
    static let scaled: UInt8 = 2
    /// No sample: what follows belongs to the next one. Bit 5: a quality that is not `good`; bit 6: its time in full.
    static let prefix: UInt8 = 3
  }
  static let qualityFollows: UInt8 = 1 << 5
  static let timeFollows: UInt8 = 1 << 6

  static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]

  /// Mantissas of doubles stay below this, where a varint is shorter than the double.
  static let largestMantissa = Double(1 << 47)

  /// The last mantissa of the series of a batch; a series may push another one out.
  struct Memory {
    private struct Slot {
      var series: UInt32 = .max
      var form: UInt8 = 0
      var exponent: Int8 = 0
      var mantissa: Int64 = 0
    }
    private var slots: [Slot]
    private let mask: UInt32

    init(samples: Int) {
      var size = 8
      while size < samples, size < 8192 { size *= 2 }
      slots = [Slot](repeating: Slot(), count: size)
      mask = UInt32(size - 1)
    }

    @inline(__always)
    func exponent(of series: UInt32) -> Int8? {
      let slot = slots[Int(series & mask)]
      return slot.series == series ? slot.exponent : nil
    }

    /// What the mantissa is told as a difference to.
    @inline(__always)
    func base(series: UInt32, form: UInt8, exponent: Int8) -> Int64 {
      let slot = slots[Int(series & mask)]
      return slot.series == series && slot.form == form && slot.exponent == exponent ? slot.mantissa : 0
    }

    @inline(__always)
    mutating func remember(series: UInt32, form: UInt8, exponent: Int8, mantissa: Int64) {
      slots[Int(series & mask)] = Slot(series: series, form: form, exponent: exponent, mantissa: mantissa)
    }
  }

  /// Differences of time in the coarsest of s, ms, µs, ns that is exact: `zigzag(count) << 2 | unit` as a varint.
  enum SampleTime {
    /// nil if it does not fit: the time is then written in full.
    @inline(__always)
    static func code(_ nanoseconds: Int64) -> UInt64? {
      var count = nanoseconds
      var unit: UInt64 = 3
      if count % 1000 == 0 {
        count /= 1000
        unit = 2
        if count % 1000 == 0 {
          count /= 1000
          unit = 1
          if count % 1000 == 0 {
            count /= 1000
            unit = 0
          }
        }
      }
      let zigzag = UInt64(bitPattern: (count &<< 1) ^ (count &>> 63))
      return zigzag >> 62 == 0 ? zigzag << 2 | unit : nil
    }

    @inline(__always)
    static func nanoseconds(_ code: UInt64) -> Int64 {
      let zigzag = code >> 2
      let count = Int64(bitPattern: zigzag &>> 1) ^ -Int64(bitPattern: zigzag & 1)
      switch code & 3 {
      case 0: return count &* 1_000_000_000
      case 1: return count &* 1_000_000
      case 2: return count &* 1000
      default: return count
      }
    }
  }
}
