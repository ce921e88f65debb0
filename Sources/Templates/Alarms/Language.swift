/// What people read. Everything that the code says itself is English; texts of tables and fault models are both.
public enum Language: String, Hashable, Sendable, CaseIterable {
  case english = "en"
  case chinese = "zh"
}

extension FaultModel.Words {
  public func `in`(_ language: Language) -> String { language == .chinese ? chinese : english }
}
