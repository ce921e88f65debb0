import Templates

/// How the configuration writes a payload's form and the place of a value in it.
struct PayloadSyntax {
  let form: Payload.Form

  init(form: Payload.Form) { self.form = form }
  init(shape: Shape) { self.init(form: shape.devices[0].form) }

  /// The value of `payload:` where the template has another one; nil where nothing needs to be said.
  func payload(_ template: PayloadMapping) -> String? {
    // Metrics have no payload of their own.
    if form == .sparkplug { return nil }
    var own = form.mapping
    // Words for the quality are not guessed; the template's stay.
    if case .nameValue(let theirs) = template.format, case .nameValue(var settings)? = own?.format {
      settings.quality = theirs.quality
      settings.unit = theirs.unit
      own?.format = .nameValue(settings)
    }
    return own == template ? nil : form.configuration
  }

  /// The value of `path:`; empty where a path means nothing, nil if the name cannot be written. In a template the dots
  /// and brackets of a metric's name need quotes, at an asset they mean nothing.
  func path(_ source: FieldSource, inTemplate: Bool = false) -> String? {
    if form.isScalar { return "" }
    if case .metric(let name) = source, !inTemplate { return YAMLText.scalar(name) }
    let path = source.path
    // A name that holds the marks of a selection cannot be quoted inside one.
    guard !path.steps.isEmpty, path.steps.allSatisfy({ !$0.isEmpty }) else { return nil }
    if case .entry(_, _, let name, _) = source, name.contains("]") || name.contains("'") { return nil }
    if case .path(let steps) = source, steps.contains(where: FieldPath.isSelector) { return nil }
    return YAMLText.path(path)
  }
}
