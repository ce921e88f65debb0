/// Figures as findings and reports show them: rounded to what a person reads; records have them exactly.
public enum FigureText {
  /// - Parameter places: at most so many; zeros behind the last digit are left out.
  public static func text(_ value: ExactDecimal, places: Int = 1) -> String {
    let text = value.text(places: places)
    guard text.contains(".") else { return text }
    let short = text.reversed().drop { $0 == "0" }
    return String((short.first == "." ? short.dropFirst() : short).reversed())
  }

  public static func text(_ value: Double, places: Int = 1) -> String {
    ScaledInteger(rounding: value, places: places)?.description ?? "\(value)"
  }

  public static func percent(_ share: Double, places: Int = 1) -> String { text(100 * share, places: places) + " %" }

  /// `meter-1, meter-2 and 3 others`
  public static func list(_ names: [String], limit: Int = 4) -> String {
    guard names.count > limit else { return names.joined(separator: ", ") }
    return names.prefix(limit).joined(separator: ", ")
      + " and \(names.count - limit) \(names.count - limit == 1 ? "other" : "others")"
  }

  public static func duration(_ span: Span64) -> String {
    let minutes = span.nanoseconds / Span64.minutes(1).nanoseconds
    return minutes < 60
      ? "\(minutes) min" : minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
