import TestSupport

/// Three templates that stay as they are, whatever becomes of the catalogue.
struct FixedTemplates {
  private let directory: TemporaryDirectory
  var folder: String { directory.path }

  init() throws {
    directory = try TemporaryDirectory()
    for (name, text) in Self.texts { try directory.write(text, to: name) }
  }

  private static let texts = [
    (
      "rotating-machine.yaml",
      """
      template: rotating-machine
      summary: Rotating machine (temperature, vibration velocity RMS, pressure, current, run state)
      timestamp: { path: ts, format: epoch-ms }
      signals:
        temperature: { kind: gauge, unit: °C, path: temperature, range: [-40, 250], expected-interval: 10 s }
        vibration: { kind: gauge, unit: mm/s, path: vibration, range: [0, 100], expected-interval: 10 s }
        pressure: { kind: gauge, unit: bar, path: pressure, range: [-1, 400], expected-interval: 10 s }
        current: { kind: gauge, unit: A, path: current, range: [0, 2000], expected-interval: 10 s }
        state:
          kind: state
          path: state
          expected-interval: 10 s
          # The gateway's word, and what devices send for it.
          states:
            stopped: [Stopped, STOPPED, stop, STOP, "off", "OFF", "0", 停止, 停机]
            starting: [Starting, STARTING]
            running: [Running, RUNNING, run, RUN, "on", "ON", "1", 运行]
            idle: [Idle, IDLE, standby, STANDBY, 待机]
            fault: [Fault, FAULT, error, ERROR, 故障]
      """
    ),
    (
      "three-phase-meter.yaml",
      """
      template: three-phase-meter
      summary: Three-phase energy meter (active and reactive registers, power, voltages, currents)
      timestamp: { path: ts, format: epoch-ms }
      signals:
        active-energy:
          kind: register
          counts: active-energy-import
          unit: kWh
          path: kwh
          range: [0, 1000000000]
          resolution: 0.01
          expected-interval: 1 min
          required: true
        reactive-energy-lagging:
          kind: register
          counts: reactive-energy-lagging
          unit: kvarh
          path: kvarh_lag
          range: [0, 1000000000]
          resolution: 0.01
          expected-interval: 1 min
        reactive-energy-leading:
          kind: register
          counts: reactive-energy-leading
          unit: kvarh
          path: kvarh_lead
          range: [0, 1000000000]
          resolution: 0.01
          expected-interval: 1 min
        active-power: { kind: gauge, unit: kW, path: kw, range: [-100000, 100000], expected-interval: 1 min }
        power-factor: { kind: gauge, unit: 1, path: pf, range: [-1, 1], expected-interval: 1 min }
        voltage-1: { kind: gauge, unit: V, path: v1, range: [0, 1000], expected-interval: 1 min }
        voltage-2: { kind: gauge, unit: V, path: v2, range: [0, 1000], expected-interval: 1 min }
        voltage-3: { kind: gauge, unit: V, path: v3, range: [0, 1000], expected-interval: 1 min }
        current-1: { kind: gauge, unit: A, path: i1, range: [0, 10000], expected-interval: 1 min }
        current-2: { kind: gauge, unit: A, path: i2, range: [0, 10000], expected-interval: 1 min }
        current-3: { kind: gauge, unit: A, path: i3, range: [0, 10000], expected-interval: 1 min }
      """
    ),
    (
      "vision-station.yaml",
      """
      template: vision-station
      summary: Vision-inspection station (verdict and defects of each inspected unit)
      timestamp: { path: ts, format: epoch-ms }
      message-id: id
      signals:
        inspection:
          kind: event
          # Longest pause that is usual; silence beyond it is reported as missing data.
          expected-interval: 1 min
          attributes:
            verdict:
              path: verdict
              required: true
              # The plant's word, and what stations send for it.
              words:
                OK: [ok, Ok, pass, PASS, good, 合格, 良品]
                NG: [ng, Ng, fail, FAIL, bad, 不合格, 不良]
                unsure: [Unsure, UNSURE, unknown]
                rework: [Rework, REWORK, 返工]
                bypass: [Bypass, BYPASS, skip]
            # A list in the payload becomes several attributes of this name.
            defect: defects
            unit: unit
            step: step
            attempt: attempt
            confidence: confidence
            model: model
      """
    ),
  ]
}
