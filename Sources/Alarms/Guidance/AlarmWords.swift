import Telemetry
import Templates

/// Words of the life of alarms in Chinese; the English ones are those of the records.
public enum AlarmWords {
  public static func priority(_ priority: AlarmSettings.Priority) -> String {
    switch priority {
    case .low: "低"
    case .medium: "中"
    case .high: "高"
    case .safety: "安全"
    }
  }

  static func severity(_ severity: Finding.Severity) -> String {
    switch severity {
    case .info: "提示"
    case .warning: "警告"
    case .critical: "严重"
    }
  }

  static func criticality(_ criticality: Asset.Criticality) -> String {
    switch criticality {
    case .low: "低"
    case .normal: "一般"
    case .high: "高"
    case .safety: "安全"
    }
  }

  public static func state(_ state: Incident.State) -> String {
    switch state {
    case .detected: "已检测"
    case .diagnosed: "已诊断"
    case .recovering: "恢复中"
    case .recovered: "已恢复"
    case .closed: "已关闭"
    case .merged: "已合并"
    }
  }

  /// Headings of guidance, in both languages.
  public enum Heading: CaseIterable, Sendable {
    case what, place, since, evidence, why, ignored, steps, parts, skill

    public func text(_ language: Language) -> String {
      let chinese = language == .chinese
      return switch self {
      case .what: chinese ? "事件" : "What"
      case .place: chinese ? "位置" : "Where"
      case .since: chinese ? "开始时间" : "Since"
      case .evidence: chinese ? "证据" : "Evidence"
      case .why: chinese ? "原因" : "Why now"
      case .ignored: chinese ? "不处理的后果" : "If ignored"
      case .steps: chinese ? "处理步骤" : "Next steps"
      case .parts: chinese ? "备件" : "Parts"
      case .skill: chinese ? "所需人员" : "Who"
      }
    }
  }
}
