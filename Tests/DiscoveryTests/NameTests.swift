import Templates
import Testing

@testable import Discovery

@Suite struct NameTests {
  private func reader() throws -> NameReader { NameReader(try Vocabulary.load(path: Reference.vocabulary)) }

  @Test(
    "names say quantity, unit and phase",
    arguments: [
      ("temp_c", "temperature", "°C", nil), ("power_kw", "active-power", "kW", nil), ("kw", "active-power", "kW", nil),
      ("energyWh", "active-energy", "Wh", nil), ("kWh", "active-energy", "kWh", nil), ("v1", "voltage", nil, 1),
      ("Ub", "voltage", nil, 2), ("ic", "current", nil, 3), ("L3_current", "current", nil, 3),
      ("vib_mm_s", "vibration", "mm/s", nil), ("i_motor_a", "current", "A", nil),
      ("pressure_mpa", "pressure", "MPa", nil),
      ("温度", "temperature", nil, nil), ("电机温度(℃)", "temperature", "°C", nil), ("A相电流", "current", nil, 1),
      ("有功功率", "active-power", nil, nil), ("spindleSpeed", "speed", nil, nil),
      ("ApparentPower", "apparent-power", nil, nil),
      ("power_factor", "power-factor", nil, nil), ("reactive_power_kvar", "reactive-power", "kvar", nil),
      ("kvarh_lag", "reactive-energy-lagging", nil, nil),
    ] as [(String, String, String?, Int?)])
  func meaning(_ name: String, _ quantity: String, _ unit: String?, _ index: Int?) throws {
    let reader = try reader()
    let meaning = reader.read([name])
    #expect(reader.quantity(meaning)?.name == quantity)
    if let unit { #expect(meaning.unit?.symbol == unit) }
    #expect(meaning.index == index)
    #expect(meaning.exclusion == nil)
  }

  @Test("outer names help, and the innermost counts")
  func nested() throws {
    let reader = try reader()
    #expect(reader.quantity(reader.read(["ENERGY", "Power"]))?.name == "active-power")
    #expect(reader.quantity(reader.read(["ENERGY", "Total"]))?.name == "active-energy")
    #expect(reader.quantity(reader.read(["phases", "l2", "voltage"]))?.name == "voltage")
    #expect(reader.read(["phases", "l2", "voltage"]).index == 2)
    #expect(reader.read(["temperature", "value"]).quantity != nil)
    #expect(reader.read(["energy", "serial"]).quantity == nil)
  }

  @Test(
    "words beside a name make it something else", arguments: ["energy_today", "power_max", "temp_setpoint", "今日电量"])
  func excluded(_ name: String) throws {
    let meaning = try reader().read([name])
    #expect(meaning.quantity == nil || meaning.exclusion != nil)
  }

  @Test("a letter is a phase where its siblings are phases, else a unit")
  func phases() throws {
    let reader = try reader()
    let alone = reader.read(["current_a"], siblings: ["current_a", "voltage"])
    #expect(alone.unit?.symbol == "A" && alone.index == nil)
    let phase = reader.read(["current_a"], siblings: ["current_a", "current_b", "current_c"])
    #expect(phase.unit == nil && phase.index == 1)
  }
}
