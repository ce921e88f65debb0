import Testing

@testable import Energy

/// The forecast on a year of a real plant.
@Suite(.enabled(if: ReferenceData.exists("data/steel-energy.csv"), "no reference data"))
struct ForecastSteelTests {
  /// kWh of each hour. The second column of the file, four rows an hour: rows are in order of time.
  static func hours() throws -> [Double] {
    let bytes = try ReferenceData.bytes("data/steel-energy.csv")
    var hours: [Double] = []
    var (row, column) = (0, 0)
    var (hundredths, digits, decimals) = (0, 0, -1)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: ","):
        column += 1
      case UInt8(ascii: "\n"):
        if row > 0 {
          while decimals < 2 {
            digits *= 10
            decimals = max(1, decimals + 1)
          }
          hundredths += digits
          if row % 4 == 0 {
            hours.append(Double(hundredths) / 100)
            hundredths = 0
          }
        }
        row += 1
        (column, digits, decimals) = (0, 0, -1)
      case UInt8(ascii: ".") where column == 1: decimals = 0
      case UInt8(ascii: "0")...UInt8(ascii: "9") where column == 1 && row > 0:
        digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
        if decimals >= 0 { decimals += 1 }
      default: break
      }
    }
    return hours
  }

  @Test func dayAhead() throws {
    let hours = try Self.hours()
    try #require(hours.count == 8760)
    #expect(abs(hours.reduce(0, +) - 959_636.71) < 0.01)
    // Eight weeks before them are enough; the whole year would take longer and say the same.
    let trial = try ForecastTrial(Array(hours.suffix(16 * 168)), lastDays: 56)
    #expect(trial.origins == 56)
    #expect(abs(trial.naiveError - 47.985) < 0.001)
    #expect(abs(1 - trial.medianError / trial.naiveError - 0.241) < 0.001)
    #expect(trial.error <= 0.74 * trial.naiveError, "\(trial.error) kWh")
    #expect((0.75...0.88).contains(trial.inside), "\(trial.inside)")
  }

  @Test func weekAhead() throws {
    let hours = try Self.hours()
    let trial = try ForecastTrial(Array(hours.suffix(10 * 168)), lastDays: 21, hours: 168)
    #expect(trial.origins == 15)
    #expect(trial.error <= 0.9 * trial.naiveError && trial.error <= 1.05 * trial.medianError, "\(trial)")
  }
}
