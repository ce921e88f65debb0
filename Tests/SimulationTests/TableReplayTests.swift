import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

@Suite struct TableReplayTests {
  private func replay(_ text: String, midnightEndsDay: Bool = true, opening: Span64? = .minutes(15)) throws
    -> [SimulatedMessage]
  {
    let directory = try TemporaryDirectory()
    let file = try directory.write(text, to: "table.csv")
    return try TableReplay(
      file: file, topic: "plant/meter", timeColumn: "date", timePattern: "dd/MM/yyyy HH:mm",
      zone: PlantZone(identifier: "Asia/Shanghai"), midnightEndsDay: midnightEndsDay,
      columns: [.init(name: "kWh", path: ["energy", "kwh"], mode: .cumulative)], opening: opening
    ).messages()
  }

  @Test func intervalsBecomeARegister() throws {
    let messages = try replay(
      "\u{FEFF}date,kWh\r\n01/01/2018 00:15,3.17\r\n01/01/2018 23:45,4\r\n01/01/2018 00:00,0.1\r\n")
    #expect(
      messages.map { String(decoding: $0.payload, as: UTF8.self) } == [
        #"{"energy":{"kwh":"0"},"ts":1514736000000}"#, #"{"energy":{"kwh":"3.17"},"ts":1514736900000}"#,
        #"{"energy":{"kwh":"7.17"},"ts":1514821500000}"#, #"{"energy":{"kwh":"7.27"},"ts":1514822400000}"#,
      ])
    #expect(messages.map(\.topic) == Array(repeating: "plant/meter", count: 4))
  }

  @Test(arguments: [
    ("date,kWh\n2018-01-01,3\n", ":2:"), ("date,kWh\n01/01/2018 00:15,many\n", ":2:"),
    ("date,MWh\n01/01/2018 00:15,3\n", "no column \"kWh\""), ("date,kWh\n01/01/2018 00:15\n", "cells"), ("", "empty"),
  ])
  func mistakesNameTheLine(text: String, expected: String) throws {
    let error = #expect(throws: ReplayError.self) { try replay(text) }
    #expect(error?.description.contains(expected) == true)
  }
}
