import Templates

/// How the configuration writes a payload's form and the place of a value in it.
struct PayloadSyntax {
  let shape: Shape

  /// Why this form cannot be written; nil if it can.
  var obstacle: String? {
    switch shape.devices[0].form {
    case .json:
      let lists = shape.fields.contains { if case .entry = $0.source { true } else { false } }
      return lists ? "a list of named values: recognised, but not mapped" : nil
    case .scalar: return "one plain value in each message: recognised, but not mapped"
    case .csv: return "\(shape.devices[0].form.words): recognised, but not mapped"
    case .senML: return "a SenML pack: recognised, but not mapped"
    case .batch, .text, .binary, .empty: return shape.devices[0].form.words
    }
  }

  /// The value of `payload:`; nil where nothing needs to be said.
  var payload: String? { nil }

  /// The value of `path:`; nil if the name cannot be written.
  func path(_ source: FieldSource) -> String? {
    guard let steps = source.steps, YAMLText.isWritable(steps) else { return nil }
    return YAMLText.path(steps)
  }

  /// Whether the template's own path is this very place.
  func isSame(_ source: FieldSource, _ path: FieldPath) -> Bool { source.steps == path.steps }
}
