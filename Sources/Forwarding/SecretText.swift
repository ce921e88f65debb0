import Templates

/// The text behind a secret's source, for stages that compare it.
public enum SecretText {
  /// Without surrounding white space; the error says where it was looked for, and never what was found.
  public static func read(_ secret: Secret) throws -> String { try SecretSource(secret).read().reveal() }
}
