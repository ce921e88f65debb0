/// What rules of the site save.
public enum SiteState {
  /// Where the Store keeps what such a rule saved under `key`.
  public static func key(_ key: String) -> String { "site/rule/\(key)" }
}
