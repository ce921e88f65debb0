import Factors
import Plant
import Telemetry

extension ShiftPlan {
  func write(to writer: inout CanonicalWriter) {
    writer.object("shifts", lineBreak: true) { writer in
      writer.newLine()
      writer.list("pattern", lineBreak: true) { writer in
        for shift in shifts {
          writer.newLine()
          writer.object { writer in
            writer.field("name", shift.name)
            writer.field("from", TariffRuleSet.clock(shift.from))
            writer.field("to", TariffRuleSet.clock(shift.to))
            writer.list("days", ShiftReader.text(weekdays: shift.weekdays))
          }
        }
      }
      if !exceptions.isEmpty {
        writer.newLine()
        writer.list("exceptions", lineBreak: true) { writer in
          for exception in exceptions {
            writer.newLine()
            writer.object { exception.write(to: &$0) }
          }
        }
      }
      guard !stops.isEmpty else { return }
      writer.newLine()
      writer.list("stops", lineBreak: true) { writer in
        for stop in stops {
          writer.newLine()
          writer.object { stop.write(to: &$0) }
        }
      }
    }
  }

  /// For `weir check`: `3 shifts (early 06:00–14:00 …), 2 exceptions, 1 planned stop`.
  var summary: String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let names = shifts.map { shift in
      let days = shift.weekdays.map { ShiftReader.weekdays[$0] }.joined(separator: " ")
      return "\(shift.name) \(TariffRuleSet.clock(shift.from))–\(TariffRuleSet.clock(shift.to)) "
        + (days.isEmpty ? "by exception" : days)
    }
    return "\(count(shifts.count, "shift")) (\(names.joined(separator: ", "))), "
      + "\(count(exceptions.count, "exception")), \(count(stops.count, "planned stop"))"
  }
}

extension ShiftPlan.Exception {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("date", CivilDate(days: first).description)
    if last != first { writer.field("through", CivilDate(days: last).description) }
    if shifts.isEmpty { writer.field("shifts", "none") } else { writer.list("shifts", shifts) }
    if !name.isEmpty { writer.field("name", name) }
  }
}

extension ShiftPlan.Stop {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("name", name)
    switch time {
    case .daily(let from, let to, let shifts):
      writer.field("from", TariffRuleSet.clock(from))
      writer.field("to", TariffRuleSet.clock(to))
      if !shifts.isEmpty { writer.list("shifts", shifts) }
    case .once(let from, let to):
      writer.field("from", Self.text(from))
      writer.field("to", Self.text(to))
    }
  }

  private static func text(_ time: ShiftPlan.LocalTime) -> String {
    "\(CivilDate(days: time.day))T\(TariffRuleSet.clock(time.minute))"
  }
}
