import Plant
import Telemetry
import Testing

@testable import Energy

struct ForecastTests {
  // MARK: Accuracy

  /// No plant is forecast much worse than by the better of two simple ways, and what has a pattern that these do not
  /// see is forecast better.
  @Test(arguments: [("shifts", 1.05), ("lower", 0.6), ("wandering", 0.7), ("seldom", 1.02)])
  func plants(_ plant: String, limit: Double) throws {
    var level = 200.0
    let series = ForecastPlants.series(days: 35, seed: 1) { day, hour, noise in
      let shifts = ForecastPlants.shifts(day: day, hour: hour)
      switch plant {
      case "shifts": return shifts * (1 + 0.06 * noise)
      // A plant that loses a third of its load for good, in the middle of a week.
      case "lower": return shifts * (day < 23 ? 1 : 0.67) * (1 + 0.05 * noise)
      case "wandering":
        level = max(0, level + 2 * noise)
        return level
      // On for a few hours, every four days.
      default: return (day * 24 + hour) % 97 < 9 ? 50 : 0
      }
    }
    let trial = try ForecastTrial(series, lastDays: 14)
    let best = min(trial.naiveError, trial.medianError)
    #expect(trial.error <= limit * best, "\(trial)")
    #expect(trial.inside >= 0.65, "\(trial)")
  }

  @Test func constantLoad() throws {
    let forecast = try ForecastPlants.forecaster(of: Array(repeating: 42, count: 20 * 24)).forecast(hours: 168)
    #expect(forecast.hours.count == 168)
    #expect(forecast.hours.allSatisfy { $0.point == 42 && $0.low == 42 && $0.high == 42 })
    #expect(forecast.usualError == 0)
  }

  @Test func consumptionIsNeverForecastNegative() throws {
    let series = ForecastPlants.series(days: 21, seed: 9) { _, hour, noise in hour < 6 ? 0 : max(0, 3 + 4 * noise) }
    let forecast = try ForecastPlants.forecaster(of: series).forecast(hours: 168)
    #expect(forecast.hours.allSatisfy { $0.low >= 0 && $0.low <= $0.point && $0.point <= $0.high })
    #expect(forecast.hours.contains { $0.high > 5 })
  }

  /// Generation at noon, fed into the grid.
  @Test func exchangeMayBeNegative() throws {
    let series = ForecastPlants.series(days: 21, seed: 10) { _, hour, noise in
      (10..<15).contains(hour) ? -40 + 3 * noise : 30 + 2 * noise
    }
    let forecast = try ForecastPlants.forecaster(of: series).forecast(hours: 24)
    #expect(forecast.hours[12].point < -35 && forecast.hours[12].high < 0)
    #expect(forecast.hours[3].point > 25)
  }

  // MARK: Calendar

  @Test func holidayIsForecastQuiet() throws {
    let series = ForecastPlants.series(days: 21, seed: 11) { day, hour, noise in
      ForecastPlants.shifts(day: day, hour: hour) + noise
    }
    let forecaster = ForecastPlants.forecaster(of: series)
    let tuesday = ForecastPlants.start / 24 + 22
    let usual = try forecaster.forecast(hours: 72)
    let holiday = try forecaster.forecast(hours: 72) { $0 == tuesday }
    #expect(abs(usual.hours[24 + 12].point - 200) < 5)
    // As a Sunday, as long as no holiday was seen.
    #expect(abs(holiday.hours[24 + 12].point - 50) < 5)
    #expect(holiday.hours[..<24] == usual.hours[..<24] && holiday.hours[48...] == usual.hours[48...])
  }

  /// Holidays of the past do not spoil the working days, and the next one is like them.
  @Test func holidaysAreLearned() throws {
    let holidays: Set = [9, 24, 31]
    let series = ForecastPlants.series(days: 35, seed: 12) { day, hour, noise in
      (holidays.contains(day) ? 90 : ForecastPlants.shifts(day: day, hour: hour)) + noise
    }
    var forecaster = LoadForecaster()
    for (index, value) in series.enumerated() {
      forecaster.add(
        hour: ForecastPlants.start + index, value: value, isHoliday: holidays.contains(index / 24))
    }
    let forecast = try forecaster.forecast(hours: 24) { _ in true }
    #expect(abs(forecast.hours[3].point - 90) < 6 && abs(forecast.hours[12].point - 90) < 6)
    #expect(abs(try forecaster.forecast(hours: 24).hours[12].point - 200) < 5)
  }

  @Test func hoursAreLocal() throws {
    let zone = try PlantZone(identifier: "Europe/Berlin")
    func hour(_ text: String) throws -> Int {
      let instant = try time(text)
      return LoadForecaster.localHour(instant, offsetSeconds: zone.offsetSeconds(at: instant))
    }
    #expect(try hour("2018-01-01T00:30:00+01:00") == ForecastPlants.start)
    #expect(try hour("2018-07-02T06:00:00+02:00") == (17_532 + 182) * 24 + 6)
    // 02:00…03:00 does not exist.
    #expect(try hour("2018-03-25T03:00:00+02:00") - hour("2018-03-25T01:59:59+01:00") == 2)
    #expect(LoadForecaster.localHour(Timestamp(seconds: -1), offsetSeconds: 0) == -1)
  }

  // MARK: Evidence

  @Test func thinEvidenceIsRefused() throws {
    var forecaster = LoadForecaster()
    #expect(forecaster.nextHour == nil)
    #expect(throws: LoadForecastRefusal.self) { try forecaster.forecast(hours: 1) }
    for hour in 0..<14 * 24 {
      // Of a day 18 hours are most.
      #expect(!forecaster.evidence.isEnough || hour >= 13 * 24 + 18)
      if hour == 5 * 24 {
        let refusal = #expect(throws: LoadForecastRefusal.self) { try forecaster.forecast(hours: 24) }
        #expect(
          refusal?.description
            == "no forecast yet, learning: 5 days seen; needs 14 days of which most hours are known")
      }
      forecaster.add(hour: ForecastPlants.start + hour, value: 10)
    }
    #expect(try forecaster.forecast(hours: 1).hours.count == 1)
    #expect(throws: LoadForecastRefusal.hours(0)) { try forecaster.forecast(hours: 0) }
    #expect(throws: LoadForecastRefusal.hours(169)) { try forecaster.forecast(hours: 169) }
    // Silent for half a week and an hour.
    for hour in 14 * 24..<20 * 24 { forecaster.add(hour: ForecastPlants.start + hour, value: 10) }
    forecaster.add(hour: ForecastPlants.start + 20 * 24 + 84, value: nil)
    let refusal = #expect(throws: LoadForecastRefusal.self) { try forecaster.forecast(hours: 24) }
    #expect(refusal?.description == "no forecast yet, too many gaps: 83 of the last 168 hours known; needs 84")
  }

  @Test func missingHours() throws {
    var generator = SplitMix64(seed: 13)
    var forecaster = LoadForecaster()
    for hour in 0..<35 * 24 {
      let load = ForecastPlants.shifts(day: hour / 24, hour: hour % 24) + ForecastPlants.noise(&generator)
      // One hour in six, two whole days, and 05:00…06:00 always; said or left out.
      if hour % 24 == 5 || (400..<448).contains(hour) || generator.unit() < 0.15 {
        if hour % 2 == 0 { forecaster.add(hour: ForecastPlants.start + hour, value: hour % 4 == 0 ? nil : .nan) }
        continue
      }
      forecaster.add(hour: ForecastPlants.start + hour, value: load)
    }
    let end = try #require(forecaster.nextHour)
    let forecast = try forecaster.forecast(hours: 168)
    #expect(forecast.firstHour == end)
    for (lead, said) in forecast.hours.enumerated() {
      let hour = end + lead - ForecastPlants.start
      #expect(said.point.isFinite && said.low <= said.point && said.point <= said.high)
      if hour % 24 != 5 { #expect(abs(said.point - ForecastPlants.shifts(day: hour / 24, hour: hour % 24)) < 8) }
    }
  }

  /// A gap longer than all that is kept: everything begins anew.
  @Test func longGap() throws {
    var forecaster = ForecastPlants.forecaster(of: Array(repeating: 5, count: 20 * 24))
    let later = ForecastPlants.start + 1_000_000
    forecaster.add(hour: later, value: 7)
    #expect(forecaster.nextHour == later + 1)
    #expect(forecaster.evidence.daysSeen == 0)
  }

  @Test func correctionReplacesAnHour() throws {
    let series = ForecastPlants.series(days: 21, seed: 14) { day, hour, noise in
      ForecastPlants.shifts(day: day, hour: hour) + noise
    }
    var spoiled = series
    spoiled[series.count - 1] = 5000
    var forecaster = ForecastPlants.forecaster(of: Array(spoiled))
    #expect(try forecaster.forecast(hours: 24) != ForecastPlants.forecaster(of: series).forecast(hours: 24))
    forecaster.add(hour: ForecastPlants.start + series.count - 1, value: series[series.count - 1])
    #expect(forecaster.nextHour == ForecastPlants.start + series.count)
    let (corrected, right) = (forecaster.history, ForecastPlants.forecaster(of: series).history)
    #expect(corrected == right)
    // Long ago: there is nothing to correct.
    forecaster.add(hour: ForecastPlants.start - 10_000, value: 1)
    #expect(forecaster.history == right)
  }

  // MARK: State

  @Test func stateRoundTrip() throws {
    let series = ForecastPlants.series(days: 24, seed: 15) { day, hour, noise in
      day == 12 ? .nan : ForecastPlants.shifts(day: day, hour: hour) * (1 + 0.1 * noise)
    }
    var straight = LoadForecaster()
    var restarted = LoadForecaster()
    for (index, value) in series.enumerated() {
      straight.add(hour: ForecastPlants.start + index, value: value)
      restarted.add(hour: ForecastPlants.start + index, value: value)
      guard index % 61 == 0 else { continue }
      var writer = ByteWriter()
      restarted.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      restarted = try LoadForecaster(from: &reader)
      #expect(reader.isAtEnd)
    }
    #expect(straight == restarted)
    #expect(try straight.forecast(hours: 168) == restarted.forecast(hours: 168))
  }

  /// The state does not grow any more when everything in sight is known.
  @Test func memoryIsConstant() {
    var history = LoadHistory()
    var most = 0
    for hour in 0..<400 * 24 {
      history.append(hour: ForecastPlants.start + hour, value: 1, isHoliday: false)
      most = max(most, history.values.count)
    }
    #expect(most == LoadHistory.capacityInDays * 24)
    #expect(history.end == ForecastPlants.start + 400 * 24 && history.dayKinds.count == history.values.count / 24)
    var forecaster = LoadForecaster()
    forecaster.history = history
    var writer = ByteWriter()
    forecaster.encode(into: &writer)
    #expect(writer.bytes.count <= 14_000)
  }

  @Test func damagedStateIsRefused() throws {
    let forecaster = ForecastPlants.forecaster(of: (0..<16 * 24).map { Double($0 % 24) })
    var writer = ByteWriter()
    forecaster.encode(into: &writer)
    var generator = SplitMix64(seed: 16)
    for cut in stride(from: 0, to: writer.bytes.count, by: 97) {
      var reader = ByteReader(Array(writer.bytes[..<cut]))
      #expect(throws: ByteReaderError.self) { try LoadForecaster(from: &reader) }
    }
    // Changed bytes are another state or none, never a trap.
    var refused = 0
    for _ in 0..<300 {
      var bytes = writer.bytes
      let place = generator.unit() < 0.3 ? Int(generator.next() % 8) : Int(generator.next() % UInt64(bytes.count))
      bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      var reader = ByteReader(bytes)
      do {
        _ = try LoadForecaster(from: &reader)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 20)
  }
}
