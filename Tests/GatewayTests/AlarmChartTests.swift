import Control
import Testing

@testable import weir

@Suite struct AlarmChartTests {
  private func signal(_ name: String, _ values: [Double?], high: Double? = nil) -> AssetDetail.SignalDetail {
    let known = values.compactMap(\.self)
    var detail = AssetDetail.SignalDetail(
      name: name, kind: "gauge", unit: "°C", lastValue: known.last.map { "\($0)" }, lastTime: nil, lastHour: values,
      minimum: known.min(), maximum: known.max())
    detail.high = high
    return detail
  }

  @Test("an alarm shows the signals that it names, else those with limits, else all that were heard")
  func choice() {
    let signals = [signal("t", [1, 2], high: 80), signal("p", [1, nil]), signal("silent", [nil, nil], high: 1)]
    #expect(AlarmChart.choose(signals, alarm: "spike/m1/p").map(\.name) == ["p"])
    #expect(AlarmChart.choose(signals, alarm: "fault/m1/bearing").map(\.name) == ["t"])
    #expect(AlarmChart.choose([signals[1]], alarm: "no-data/m1").map(\.name) == ["p"])
    #expect(AlarmChart.choose([signals[2]], alarm: "no-data/m1").isEmpty)
  }

  @Test func lines() {
    let lines = AlarmChart.lines([signal("t", [10, 20, nil, 80], high: 75)])
    #expect(
      lines.count == 2 && lines[1].contains("▁") && lines[1].contains("█") && lines[1].contains("high 75"), "\(lines)")
    #expect(AlarmChart.lines([]).isEmpty)
  }
}
