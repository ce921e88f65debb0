import Discovery
import Telemetry
import Templates

extension MixedPlant {
  /// A plain value in each message, with and without its unit.
  mutating func scalars() {
    for (name, unit, text, middle) in [
      ("temperature", "°C", " °C", 64.0), ("current", "A", "", 38), ("vibration", "mm/s", "", 2.2),
    ] {
      each(
        (1...4).map { "drives/fan\($0)/\(name)" },
        Truth(shape: "plain values", template: "rotating-machine", fields: ["": unit], time: nil)
      ) { plant, _, _ in plant.value(middle, 1) + text }
    }
  }

  mutating func csv() {
    each(
      (1...3).map { "logger/\($0)/csv" },
      Truth(
        shape: "CSV", template: nil, fields: ["kWh": "kWh", "kW": "kW", "cos phi": "1"],
        time: Self.time("time", .iso8601Local))
    ) { plant, number, round in
      let local = plant.time(round).rfc3339(offsetSeconds: 28800).prefix(19).replacing("T", with: " ")
      return "time;kWh;kW;cos phi\n\(local);\(12_000 * (number + 1) + round),\(10 + round);"
        + plant.value(212, 9).replacing(".", with: ",") + ";0,9\(round)\n"
    }
  }

  mutating func senML() {
    each(
      (1...4).map { "climate/room\($0)" },
      Truth(shape: "SenML", template: nil, fields: ["temperature": "°C", "humidity": "%"], time: nil)
    ) { plant, number, round in
      #"[{"bn":"urn:dev:mac:00\#(number):","bt":\#(plant.time(round).nanoseconds / 1_000_000_000),"n":"temperature","u":"Cel","v":\#(plant.value(21, 2))},"#
        + #"{"n":"humidity","u":"%RH","v":\#(plant.value(45, 5))}]"#
    }
  }

  /// `{"name": …, "value": …}`, with one time for all.
  mutating func namedValues() {
    each(
      (1...3).map { "opc/line\($0)/tags" },
      Truth(
        shape: "named values", template: nil,
        fields: ["values.[name=Oil_Temp].value": "°C", "values.[name=Press].value": "bar"],
        time: Self.time("ts", .epochMilliseconds))
    ) { plant, _, round in
      #"{"ts":\#(plant.milliseconds(round)),"values":[{"name":"Oil_Temp","value":\#(plant.value(50, 2)),"unit":"℃"},"#
        + #"{"name":"Press","value":\#(plant.value(160, 4)),"unit":"bar"}]}"#
    }
  }

  /// Named values with a time each, in an order that changes.
  mutating func timedValues() {
    each(
      (1...3).map { "gateway/\($0)/batch" },
      Truth(
        shape: "named values with times", template: nil,
        fields: ["motor_temp_c": "°C", "motor_current_a": "A"], time: Self.time("t", .epochMilliseconds))
    ) { plant, _, round in
      let temperature = #"{"id":"motor_temp_c","v":\#(plant.value(70, 2)),"t":\#(plant.milliseconds(round))}"#
      let current = #"{"id":"motor_current_a","v":\#(plant.value(20, 2)),"t":\#(plant.milliseconds(round))}"#
      return #"{"tags":[\#(round % 2 == 0 ? "\(temperature),\(current)" : "\(current),\(temperature)")]}"#
    }
  }

  /// Several readings in a message.
  mutating func readings() {
    each(
      (1...3).map { "buffered/em\($0)" },
      Truth(
        shape: "readings", template: nil, fields: ["p_kw": "kW", "e_kwh": "kWh"], time: Self.time("t", .epochSeconds))
    ) { plant, number, round in
      let list = (0..<3).map { part in
        let seconds = plant.time(round).nanoseconds / 1_000_000_000 - Int64(2 - part)
        return #"{"t":\#(seconds),"p_kw":\#(plant.value(90, 5)),"e_kwh":\#(7000 * (number + 1) + round * 3 + part)}"#
      }
      return #"{"readings":[\#(list.joined(separator: ","))]}"#
    }
  }

  mutating func propertyBatches() {
    each(
      ["edge/sitewise/press-21"],
      Truth(
        shape: "property batch", template: nil,
        fields: ["/cq1/press-21/temp_c": "°C", "/cq1/press-21/vib_mm_s": "mm/s"],
        time: TimestampMapping(
          path: FieldPath(["timestamp", "timeInSeconds"]), format: .epochSeconds,
          nanoseconds: FieldPath(["timestamp", "offsetInNanos"])))
    ) { plant, _, round in
      let time = #"{"timeInSeconds":\#(plant.time(round).nanoseconds / 1_000_000_000),"offsetInNanos":\#(round)}"#
      let entries = [("temp_c", 61.0), ("vib_mm_s", 2.2)].map { name, middle in
        #"{"entryId":"\#(name)","propertyAlias":"/cq1/press-21/\#(name)","propertyValues":[{"value":{"doubleValue":\#(plant.value(middle, 0.5))},"timestamp":\#(time),"quality":"GOOD"}]}"#
      }
      return #"{"entries":[\#(entries.joined(separator: ","))]}"#
    }
  }
}
