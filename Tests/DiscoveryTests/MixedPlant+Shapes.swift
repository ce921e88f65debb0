import Discovery
import Telemetry
import Templates

extension MixedPlant {
  /// The payload of the template as it stands.
  mutating func presses() {
    each(
      (1...8).map { "plant/hall-1/press-\($0)" },
      Truth(
        shape: "template", template: "rotating-machine",
        fields: ["temperature": "°C", "vibration": "mm/s", "pressure": "bar", "current": "A", "state": ""],
        time: Self.time("ts", .epochMilliseconds))
    ) { plant, number, round in
      #"{"ts":\#(plant.milliseconds(round)),"temperature":\#(plant.value(60, 9)),"vibration":\#(plant.value(2.4, 0.8)),"#
        + #""pressure":\#(plant.value(6, 0.3)),"current":\#(plant.value(41, 4)),"state":"running"}"#
    }
  }

  mutating func nestedMeters() {
    each(
      (1...6).map { "cq1/energy/EM\($0 < 10 ? "0" : "")\($0)/data" },
      Truth(
        shape: "nested meter", template: "three-phase-meter",
        fields: [
          "data.EPI_kWh": "kWh", "data.P_kW": "kW", "data.PF": "1", "data.Ua": "V", "data.Ub": "V", "data.Uc": "V",
          "data.Ia": "A", "data.Ib": "A", "data.Ic": "A",
        ], time: Self.time("time", .iso8601))
    ) { plant, number, round in
      let energy = 48_000 * (number + 1) + round
      return #"{"dev":"EM\#(number)","time":"\#(plant.time(round).rfc3339(offsetSeconds: 28800))","#
        + #""data":{"EPI_kWh":"\#(energy).\#(10 + round)","P_kW":\#(plant.value(150, 20)),"PF":\#(plant.value(0.92, 0.02)),"#
        + #""Ua":\#(plant.value(229, 2)),"Ub":\#(plant.value(230, 2)),"Uc":\#(plant.value(231, 2)),"#
        + #""Ia":\#(plant.value(240, 9)),"Ib":\#(plant.value(241, 9)),"Ic":\#(plant.value(242, 9))},"rssi":-61}"#
    }
  }

  mutating func wattMeters() {
    each(
      (1...6).map { "meters/line\($0)/em" },
      Truth(
        shape: "watt meter", template: nil,
        fields: ["energy_wh": "Wh", "active_power_w": "W", "voltage_v": "V", "current_ma": "mA"],
        time: Self.time("t", .epochSeconds))
    ) { plant, number, round in
      #"{"t":\#(plant.time(round).nanoseconds / 1_000_000_000),"energy_wh":\#(1_250_000 * (number + 1) + 5 * round),"#
        + #""active_power_w":\#(plant.value(3400, 200, places: 0)),"voltage_v":\#(plant.value(230, 2, places: 1)),"#
        + #""current_ma":\#(plant.value(14800, 500, places: 0))}"#
    }
  }

  /// A topic for each value.
  mutating func boilers() {
    let ms = Self.time("ts", .epochMilliseconds)
    for (name, unit, middle) in [("temperature_c", "°C", 78.0), ("pressure_kpa", "kPa", 420)] {
      each(
        (1...4).map { "old/boiler\($0)/\(name)" },
        Truth(shape: "value a topic", template: nil, fields: ["value": unit], time: ms)
      ) { plant, _, round in #"{"ts":\#(plant.milliseconds(round)),"value":\#(plant.value(middle, 5))}"# }
    }
  }

  mutating func stations() {
    each(
      (1...4).map { "vision/line-2/st\($0)/result" },
      Truth(
        shape: "inspection", template: "vision-station",
        fields: ["result": "", "sn": "", "score": "", "defects": ""], time: Self.time("ts", .epochMilliseconds))
    ) { plant, number, round in
      #"{"msg_id":"st\#(number)-\#(round)","ts":\#(plant.milliseconds(round)),"sn":"SN\#(48000 + round * 10 + number)","#
        + #""result":"\#(round % 4 == 3 ? "不合格" : "合格")","score":\#(plant.value(0.95, 0.04)),"defects":\#(round % 4 == 3 ? #"["scratch"]"# : "[]")}"#
    }
  }

  mutating func chinesePumps() {
    each(
      (1...5).map { "车间/水泵\($0)" },
      Truth(
        shape: "Chinese names", template: "rotating-machine",
        fields: ["温度(℃)": "°C", "振动(mm/s)": "mm/s", "压力(MPa)": "MPa", "电流(A)": "A", "运行状态": ""],
        time: Self.time("时间戳", .epochMilliseconds))
    ) { plant, _, round in
      #"{"时间戳":\#(plant.milliseconds(round)),"温度(℃)":\#(plant.value(55, 5)),"振动(mm/s)":\#(plant.value(1.9, 0.4)),"#
        + #""压力(MPa)":\#(plant.value(0.42, 0.02)),"电流(A)":\#(plant.value(33, 3)),"运行状态":"\#(round == 0 ? "停止" : "运行")"}"#
    }
  }

  mutating func zigbee() {
    each(
      ["office", "store", "paint-shop", "lab"].map { "zigbee2mqtt/\($0)" },
      Truth(shape: "Zigbee2MQTT", template: nil, fields: ["temperature": "°C", "humidity": "%"], time: nil)
    ) { plant, _, _ in
      #"{"battery":97,"humidity":\#(plant.value(48, 6)),"linkquality":102,"temperature":\#(plant.value(22, 2)),"voltage":3005}"#
    }
  }

  mutating func tasmota() {
    each(
      (1...5).map { "tele/plug-\($0)/SENSOR" },
      Truth(
        shape: "Tasmota", template: nil,
        fields: ["ENERGY.Power": "W", "ENERGY.Voltage": "V", "ENERGY.Current": "A", "ENERGY.Factor": "1"],
        time: Self.time("Time", .iso8601Local),
        unknowable: ["ENERGY.Today", "ENERGY.Yesterday"],
        optional: ["ENERGY.Total": "kWh", "ENERGY.ApparentPower": "VA"])
    ) { plant, _, round in
      let local = plant.time(round).rfc3339(offsetSeconds: 28800).prefix(19)
      return
        #"{"Time":"\#(local)","ENERGY":{"TotalStartTime":"2025-03-01T09:12:00","Total":\#(412.5),"Yesterday":3.2,"Today":1.1,"#
        + #""Period":2,"Power":\#(plant.value(1150, 30, places: 0)),"ApparentPower":1210,"Factor":\#(plant.value(0.95, 0.01)),"#
        + #""Voltage":\#(plant.value(231, 2, places: 0)),"Current":\#(plant.value(5.2, 0.1))}}"#
    }
  }

  mutating func shelly() {
    each(
      ["a8032ab1c2d4", "a8032ab1ff07", "b0b21c10aa31", "b0b21c19d5e8"].map { "shellyplus1pm-\($0)/status/switch:0" },
      Truth(
        shape: "Shelly", template: nil,
        fields: ["apower": "W", "voltage": "V", "current": "A", "aenergy.total": "Wh", "temperature.tC": "°C"],
        time: nil)
    ) { plant, _, round in
      // 2300 W for 5 s are 3.2 Wh.
      #"{"id":0,"source":"init","output":true,"apower":\#(plant.value(2300, 20, places: 1)),"voltage":\#(plant.value(230, 1, places: 1)),"#
        + #""current":\#(plant.value(10.1, 0.1)),"aenergy":{"total":\#(11000 + 3 * round).\#(round)},"temperature":{"tC":\#(plant.value(44, 2, places: 1))}}"#
    }
  }

  mutating func machines() {
    each(
      (1...5).map { "factory/cnc/\($0)/telemetry" },
      Truth(
        shape: "microseconds", template: nil,
        fields: ["spindleSpeed_rpm": "rpm", "motorCurrent_A": "A", "bearingTemp_C": "°C", "machineState": ""],
        time: Self.time("timestamp", .epochMicroseconds))
    ) { plant, _, round in
      #"{"timestamp":\#(plant.time(round).nanoseconds / 1000),"spindleSpeed_rpm":\#(plant.value(8000, 200, places: 0)),"#
        + #""motorCurrent_A":\#(plant.value(12, 3)),"bearingTemp_C":\#(plant.value(41, 4)),"machineState":"\#(round < 3 ? "IDLE" : "RUN")"}"#
    }
  }

  mutating func unitMembers() {
    each(
      ["furnace-a", "furnace-b", "quench-tank"].map { "heat/\($0)/state" },
      Truth(
        shape: "unit beside value", template: nil,
        fields: ["temperature.value": "°F", "pressure.value": "kPa"], time: Self.time("ts", .epochNanoseconds))
    ) { plant, _, round in
      #"{"ts":"\#(plant.time(round).nanoseconds)","temperature":{"value":\#(plant.value(340, 9)),"unit":"°F"},"#
        + #""pressure":{"value":\#(plant.value(101, 3)),"unit":"kPa"}}"#
    }
  }

  mutating func compressors() {
    each(
      (11...15).map { "utilities/compressor\($0)/status" },
      Truth(
        shape: "short names", template: "rotating-machine",
        fields: ["temp": "°C", "vib_rms": "mm/s", "press_bar": "bar", "i_motor_a": "A", "run": ""],
        time: Self.time("ts", .epochSeconds))
    ) { plant, _, round in
      #"{"ts":\#(plant.time(round).nanoseconds / 1_000_000_000),"temp":\#(plant.value(70, 5)),"vib_rms":\#(plant.value(3, 1)),"#
        + #""press_bar":\#(plant.value(7.2, 0.3)),"i_motor_a":\#(plant.value(90, 9)),"run":\#(round > 1 ? "true" : "false")}"#
    }
  }

  /// Nothing tells whether it is W or kW, Wh or kWh.
  mutating func ambiguous() {
    each(
      (1...4).map { "legacy/counter/\($0)" },
      Truth(
        shape: "ambiguous", template: nil, fields: ["temperature": "°C"], time: Self.time("ts", .epochSeconds),
        unknowable: ["power", "energy"])
    ) { plant, _, round in
      #"{"ts":\#(plant.time(round).nanoseconds / 1_000_000_000),"power":\#(plant.value(400, 50)),"energy":\#(77_000 + round),"#
        + #""temperature":\#(plant.value(30, 2))}"#
    }
  }

  mutating func sparkplug() {
    for topic in ["spBv1.0/cq1/NBIRTH/edge-1", "spBv1.0/cq1/DBIRTH/edge-1/press-9", "spBv1.0/cq1/DDATA/edge-1/press-9"]
    {
      truth[topic] = Truth(shape: "Sparkplug", template: nil, fields: [:], time: nil, isForeign: true)
      var payload: [UInt8] = []
      for name in ["Spindle/Temperature", "Spindle/Load"] {
        payload += [0x12, UInt8(name.utf8.count + 2), 0x0A, UInt8(name.utf8.count)] + Array(name.utf8)
      }
      messages.append(ObservedMessage(topic: topic, payload: payload, received: time(0)))
    }
  }
}
