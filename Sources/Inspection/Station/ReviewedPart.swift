import Telemetry

/// Which result a review judges, by what both of them name.
struct ReviewedPart: Hashable {
  var unit: String
  var step: String?
  var attempt: String?

  /// Nil for a review that names no part.
  init?(review event: Event) {
    guard let unit = event.first("unit") else { return nil }
    self.init(unit: unit, step: event.first("step"), attempt: event.first("attempt"))
  }

  private init(unit: String, step: String? = nil, attempt: String? = nil) {
    self.unit = unit
    self.step = step
    self.attempt = attempt
  }

  /// A review may leave out the step and the attempt where the part was seen once.
  static func names(of result: Event) -> [ReviewedPart] {
    guard let unit = result.first("unit") else { return [] }
    let step = result.first("step")
    let attempt = result.first("attempt")
    return [
      ReviewedPart(unit: unit, step: step, attempt: attempt), ReviewedPart(unit: unit, step: step),
      ReviewedPart(unit: unit, attempt: attempt), ReviewedPart(unit: unit),
    ]
  }
}
